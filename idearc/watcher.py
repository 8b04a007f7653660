"""Tells those who look at an idea as soon as there is more to see of it.

The page's ticks are what can be relied on; this makes the wait short.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from idearc.models import Idea

log = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 0.5
_SECONDS_OF_REST = 0.1  # after each, or many answers that are written would keep it looking
SECONDS_BETWEEN_MORE = 1.0  # for one viewer


class Viewer(Protocol):
    """Somebody with an idea on screen; hashable. No method raises."""

    def is_here(self) -> bool: ...

    def show_anew(self) -> None:
        """Returns at once, from any thread."""
        ...

    def show_more(self) -> None:
        """The same, for what has been written so far only."""
        ...


@dataclass(frozen=True)
class Shown:
    """What there is to be seen of an idea."""

    news: Any  # is told at once
    # Is told now and then; the viewer may show a part of it, or nothing.
    more: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Watched:
    idea: Idea
    shown: Shown


class Watcher:
    """One thread, which looks for all viewers together, as long as there are any.

    It looks at once when this process has changed something, and every half second for what other
    processes do. Nothing needs to be said of single changes: who shows something else than what is
    there is told, once; the page that comes of it watches again.
    """

    def __init__(
        self, look: Callable[[Sequence[Idea]], Mapping[str, Shown]], changed: threading.Event
    ) -> None:
        """`look` gives what is there to be shown of each idea, by its id."""
        self._look = look
        self._changed = changed
        self._lock = threading.Lock()
        self._watched: dict[Viewer, _Watched] = {}
        self._told_more: dict[Viewer, float] = {}  # when that was, last
        self._thread: threading.Thread | None = None

    def watch(self, viewer: Viewer, idea: Idea, shown: Shown) -> None:
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
        seconds = SECONDS_BETWEEN_LOOKS
        while True:
            self._changed.wait(seconds - _SECONDS_OF_REST)
            self._changed.clear()
            seconds = SECONDS_BETWEEN_LOOKS
            try:
                seconds = min(seconds, self._tell_those_behind())
                has_failed = False
            except Exception:  # the top of a thread: nobody above would see it
                if not has_failed:
                    log.exception("can't tell who watches, so far; pages look by their ticks")
                has_failed = True
            with self._lock:
                if not self._watched:
                    self._thread = None
                    return
            time.sleep(_SECONDS_OF_REST)

    def _tell_those_behind(self) -> float:
        """Seconds until there is somebody who may be told more."""
        with self._lock:
            for viewer in [viewer for viewer in self._watched if not viewer.is_here()]:
                del self._watched[viewer]
            watched = dict(self._watched)
        ideas = {one.idea.id: one.idea for one in watched.values()}
        there = self._look(list(ideas.values()))
        now = time.monotonic()
        latest = now - SECONDS_BETWEEN_MORE
        self._told_more = {viewer: at for viewer, at in self._told_more.items() if at > latest}
        wait = SECONDS_BETWEEN_MORE
        for viewer, one in watched.items():
            is_news = there[one.idea.id].news != one.shown.news
            if not is_news and one.shown.more.items() <= there[one.idea.id].more.items():
                continue
            if not is_news and (told_at := self._told_more.get(viewer)):
                wait = min(wait, told_at - latest)
                continue
            with self._lock:
                is_behind = self._watched.get(viewer) is one
                if is_behind:  # and not on its way to show it
                    del self._watched[viewer]
            if is_behind and is_news:
                viewer.show_anew()
            elif is_behind:
                viewer.show_more()
                self._told_more[viewer] = time.monotonic()
        return wait
