"""The searcher looks on the web for a phrase; each kind is a module of its own."""

from collections.abc import Sequence
from typing import Protocol

from idearc.web import Hit


class Searcher(Protocol):
    recipients: str  # who gets the phrases, in the words that the form says it with

    def search(self, phrase: str) -> Sequence[Hit]:
        """Blocks for a few seconds; the best page first, none when nothing is found.

        Raises SearchError.
        """
        ...
