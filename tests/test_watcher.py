"""The watcher's promises: who shows something old is told, soon and once; who left is not kept."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

import pytest
from conftest import an_idea, no_more_threads
from test_core import eventually

from idearc.models import Idea, new_id
from idearc.watcher import SECONDS_BETWEEN_MORE, Shown, Watcher

IDEA = an_idea(id=new_id())


class Somebody:
    """With a page that can be told."""

    def __init__(self) -> None:
        self.here = True
        self.told = 0
        self.told_more: list[float] = []  # when

    def is_here(self) -> bool:
        return self.here

    def show_anew(self) -> None:
        self.told += 1

    def show_more(self) -> None:
        self.told_more.append(time.monotonic())


class What:
    """What is there to be shown, of every idea the same."""

    def __init__(self) -> None:
        self.there = "working"
        self.more = {"open": 0, "other": 0}
        self.looked_for: list[int] = []
        self.error: Exception | None = None

    def __call__(self, ideas: Sequence[Idea]) -> Mapping[str, Shown]:
        self.looked_for.append(len(ideas))
        if self.error:
            raise self.error
        return {idea.id: Shown(self.there, self.more) for idea in ideas}


@pytest.fixture
def what() -> What:
    return What()


@pytest.fixture
def changed() -> threading.Event:
    return threading.Event()


@pytest.fixture
def watcher(what: What, changed: threading.Event) -> Iterator[Watcher]:
    yield Watcher(what, changed)
    what.error, what.there = None, "over"  # so that all are told, and it rests


def looks(what: What, more: int = 2) -> Callable[[], bool]:
    enough = len(what.looked_for) + more
    return lambda: len(what.looked_for) >= enough


def test_who_shows_something_old_is_told_once(
    watcher: Watcher, what: What, changed: threading.Event
) -> None:
    behind, up_to_date = Somebody(), Somebody()
    what.there = "done"
    watcher.watch(behind, IDEA, Shown("working"))
    watcher.watch(up_to_date, IDEA, Shown("done"))
    changed.set()
    eventually(lambda: behind.told == 1)
    eventually(looks(what))
    assert (behind.told, up_to_date.told) == (1, 0)


def test_what_others_have_changed_is_found_without_a_word(watcher: Watcher, what: What) -> None:
    viewer = Somebody()
    watcher.watch(viewer, IDEA, Shown("working"))
    eventually(looks(what))
    assert viewer.told == 0
    what.there = "done"
    eventually(lambda: viewer.told == 1)


def test_what_changed_before_it_was_shown_is_told_too(watcher: Watcher, what: What) -> None:
    what.there = "done"
    viewer = Somebody()
    watcher.watch(viewer, IDEA, Shown("working"))
    eventually(lambda: viewer.told == 1)


def test_who_was_told_is_told_again_of_the_next_change(watcher: Watcher, what: What) -> None:
    viewer = Somebody()
    for told, (shown, there) in enumerate([("working", "failed"), ("failed", "done")], start=1):
        watcher.watch(viewer, IDEA, Shown(shown))
        what.there = there
        eventually(lambda told=told: viewer.told == told)


def test_who_shows_something_else_is_not_told(watcher: Watcher, what: What) -> None:
    elsewhere, here = Somebody(), Somebody()
    watcher.watch(elsewhere, IDEA, Shown("working"))
    watcher.watch(here, IDEA, Shown("working"))
    watcher.forget(elsewhere)
    watcher.forget(Somebody())  # of whom it knows nothing
    what.there = "done"
    eventually(lambda: here.told == 1)
    assert elsewhere.told == 0


def test_who_left_is_not_kept(watcher: Watcher, what: What) -> None:
    gone, here = Somebody(), Somebody()
    watcher.watch(gone, an_idea(id=new_id()), Shown("working"))
    watcher.watch(here, IDEA, Shown("working"))
    eventually(lambda: 2 in what.looked_for)
    gone.here = False
    eventually(lambda: what.looked_for[-1] == 1)
    what.there = "done"
    eventually(lambda: here.told == 1)
    assert gone.told == 0


def test_it_looks_for_all_together_and_rests_when_nobody_is_left(
    watcher: Watcher, what: What
) -> None:
    others = set(threading.enumerate())
    viewers = [Somebody() for _ in range(50)]
    for viewer in viewers:
        watcher.watch(viewer, an_idea(id=new_id()), Shown("working"))
    eventually(lambda: 50 in what.looked_for)
    what.there = "done"
    eventually(lambda: all(viewer.told for viewer in viewers))
    eventually(lambda: set(threading.enumerate()) <= others)

    viewer = Somebody()
    watcher.watch(viewer, IDEA, Shown("working"))
    eventually(lambda: viewer.told == 1)


def test_it_goes_on_after_looks_that_failed_and_says_so_once(
    watcher: Watcher, what: What, caplog: pytest.LogCaptureFixture
) -> None:
    what.error = OSError("the disk is gone")
    viewer = Somebody()
    watcher.watch(viewer, IDEA, Shown("working"))
    eventually(looks(what, 3))
    what.error, what.there = None, "done"
    eventually(lambda: viewer.told == 1)
    assert caplog.text.count("the disk is gone") == 1


def test_without_a_thread_it_waits_for_the_next_who_watches(
    watcher: Watcher, what: What, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = Somebody(), Somebody()
    with no_more_threads():
        watcher.watch(first, IDEA, Shown("working"))
    assert "no thread for the watcher" in caplog.text
    what.there = "done"
    watcher.watch(second, IDEA, Shown("working"))
    eventually(lambda: first.told == second.told == 1)


def test_more_of_the_same_is_told_now_and_then_and_news_at_once(
    watcher: Watcher, what: What, changed: threading.Event
) -> None:
    reader, other = Somebody(), Somebody()

    def watch() -> None:
        watcher.watch(reader, IDEA, Shown("working", {"open": what.more["open"]}))

    watch()
    watcher.watch(other, IDEA, Shown("working"))  # who doesn't show it
    what.more = {"open": 0, "other": 9}  # it doesn't show that
    for more in (1, 2, 3):
        changed.set()
        time.sleep(0.1)
        assert len(reader.told_more) == more - 1
        what.more = {"open": more, "other": 9}
        changed.set()
        eventually(lambda: len(reader.told_more) == more)  # noqa: B023
        watch()
    for before, after in pairwise(reader.told_more):
        assert after - before >= SECONDS_BETWEEN_MORE
    assert other.told_more == []
    assert reader.told == 0

    what.more, what.there = {"open": 4, "other": 9}, "done"
    changed.set()
    eventually(lambda: reader.told == other.told == 1)
    assert len(reader.told_more) == 3
