"""Asks another searcher no faster than a person would, and nothing twice within an hour."""

import threading
import time
from collections.abc import Sequence

from cachetools import TTLCache

from idearc.searchers import Searcher
from idearc.web import Hit

_PAUSE = 1.0  # seconds between two phrases: engines block who is faster
_REMEMBERED = 1_000  # phrases
_HOUR = 3600


class PoliteSearcher:
    """For all runs of this process together."""

    def __init__(self, searcher: Searcher, pause: float = _PAUSE) -> None:
        self.recipients = searcher.recipients
        self._searcher = searcher
        self._pause = pause
        self._turn = threading.Lock()
        self._last = -pause  # on the clock of time.monotonic
        self._found: TTLCache[str, Sequence[Hit]] = TTLCache(_REMEMBERED, ttl=_HOUR)

    def search(self, phrase: str) -> Sequence[Hit]:
        with self._turn:
            if phrase in self._found:
                return self._found[phrase]
            time.sleep(max(0, self._last + self._pause - time.monotonic()))
            try:
                hits = self._searcher.search(phrase)
            finally:
                self._last = time.monotonic()
            if hits:
                self._found[phrase] = hits
            return hits
