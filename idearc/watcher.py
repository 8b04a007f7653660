"""Tells those who look at an idea as soon as there is more to see of it.

The page's ticks are what can be relied on; this makes the wait short.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from idearc.models import Idea

log = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 0.5


class Viewer(Protocol):
    """Somebody with an idea on screen; hashable. Neither method raises."""

    def is_here(self) -> bool: ...

    def show_anew(self) -> None:
        """Returns at once, from any thread."""
        ...


@dataclass(frozen=True)
class _Watched:
    idea: Idea
    shown: Any


class Watcher:
    """One thread, which looks for all viewers together, as long as there are any.

    It looks at once when this process has changed something, and every half second for what other
    processes do. Nothing needs to be said of single changes: who shows something else than what is
    there is told, once; the page that comes of it watches again.
    """

    def __init__(
        self, look: Callable[[Sequence[Idea]], Mapping[str, Any]], changed: threading.Event
    ) -> None:
        """`look` gives what is there to be shown of each idea, by its id."""
        self._look = look
        self._changed = changed
        self._lock = threading.Lock()
        self._watched: dict[Viewer, _Watched] = {}
        self._thread: threading.Thread | None = None

    def watch(self, viewer: Viewer, idea: Idea, shown: Any) -> None:
        with self._lock:
            self._watched[viewer] = _Watched(idea, shown)
            if self._thread is None:
                thread = threading.Thread(target=self._work, name="idearc-watcher", daemon=True)
                try:
                    thread.start()
                except RuntimeError as error:  # the system gives no more threads
                    log.warning("no thread for the watcher, for now: %s", error)
                else:
                    self._thread = thread

    def forget(self, viewer: Viewer) -> None:
        """It shows something else now."""
        with self._lock:
            self._watched.pop(viewer, None)

    def _work(self) -> None:
        """Until nobody is left."""
        has_failed = False
        while True:
            self._changed.wait(SECONDS_BETWEEN_LOOKS)
            self._changed.clear()
            try:
                self._tell_those_behind()
                has_failed = False
            except Exception:  # the top of a thread: nobody above would see it
                if not has_failed:
                    log.exception("can't tell who watches, so far; pages look by their ticks")
                has_failed = True
            with self._lock:
                if not self._watched:
                    self._thread = None
                    return

    def _tell_those_behind(self) -> None:
        with self._lock:
            for viewer in [viewer for viewer in self._watched if not viewer.is_here()]:
                del self._watched[viewer]
            watched = dict(self._watched)
        ideas = {one.idea.id: one.idea for one in watched.values()}
        there = self._look(list(ideas.values()))
        for viewer, one in watched.items():
            if there[one.idea.id] == one.shown:
                continue
            with self._lock:
                is_behind = self._watched.get(viewer) is one
                if is_behind:  # and not on its way to show it
                    del self._watched[viewer]
            if is_behind:
                viewer.show_anew()
