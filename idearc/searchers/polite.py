"""Asks another searcher no faster than a person would, and nothing twice within an hour."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

from cachetools import TTLCache

from idearc.searchers import Searcher
from idearc.web import Hit, as_address

_PAUSE = 1.0  # seconds between two phrases: engines block who is faster
_REMEMBERED = 1_000  # phrases
_HOUR = 3600
_MOST, _LONGEST = 10, 2_000  # hits of a phrase, characters of a text: no more is of use


class PoliteSearcher:
    """For all runs of this process together; safe to share between threads."""

    def __init__(
        self,
        searcher: Searcher,
        pause: float = _PAUSE,
        counted: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """What really asks is done within `counted`."""
        self.recipients = searcher.recipients
        self._searcher = searcher
        self._pause = pause
        self._counted = counted
        self._lock = threading.Lock()
        self._next = 0.0  # when the next phrase may go, on the clock of time.monotonic
        self._found: TTLCache[str, Sequence[Hit]] = TTLCache(_REMEMBERED, ttl=_HOUR)

    def search(self, phrase: str) -> Sequence[Hit]:
        with self._lock:
            if known := self._found.get(phrase):
                return known
            now = time.monotonic()
            mine = max(now, self._next)
            self._next = mine + self._pause
        time.sleep(mine - now)
        with self._counted():
            found = self._searcher.search(phrase)
        hits = [
            Hit(one.title[:_LONGEST], one.url, one.text[:_LONGEST])
            for one in found
            if as_address(one.url)
        ][:_MOST]
        if hits:
            with self._lock:
                self._found[phrase] = hits
        return hits
