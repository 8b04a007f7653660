"""What one visitor may ask for."""

import threading
import time
from collections.abc import Sequence

import pytest

from idearc.errors import InputError
from idearc.limits import Limits
from idearc.runners import RunKey
from idearc.visitor import ALONE, Visitor

ANN, BEN = (Visitor(owner="", has_list=False, counted_as=name) for name in ("ann", "ben"))
JOBS = ["a", "b"]


def all_live(runs: Sequence[RunKey]) -> Sequence[RunKey]:
    return runs


def test_ideas_are_counted_for_each_visitor() -> None:
    limits = Limits(ideas_per_hour=2, runs_at_once=9)
    limits.admit(ANN, "1", JOBS, all_live, is_new=True)
    limits.admit(ANN, "2", JOBS, all_live, is_new=True)
    with pytest.raises(InputError, match=r"You have submitted 2 ideas .* submit it in 60 min"):
        limits.admit(ANN, "3", JOBS, all_live, is_new=True)
    limits.admit(ANN, "1", ["a"], all_live)  # a retry is no idea
    limits.admit(BEN, "3", JOBS, all_live, is_new=True)


def test_runs_are_counted_while_they_are_live(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Limits(ideas_per_hour=9, runs_at_once=3)
    limits.admit(ANN, "1", JOBS, all_live, is_new=True)
    limits.admit(ANN, "1", ["a"], all_live)  # the same one again
    for _ in range(2):  # what is refused is not counted
        with pytest.raises(InputError, match="more than 3 jobs running"):
            limits.admit(ANN, "2", JOBS, all_live, is_new=True)
    limits.admit(ANN, "1", ["c"], all_live)
    limits.admit(BEN, "2", JOBS, all_live, is_new=True)
    later = time.monotonic() + 9  # all have begun
    monkeypatch.setattr("time.monotonic", lambda: later)
    limits.admit(ANN, "2", JOBS, lambda _runs: [], is_new=True)  # and ended


def test_of_many_at_once_no_more_are_let_in_than_one_after_the_other() -> None:
    limits = Limits(ideas_per_hour=5, runs_at_once=99)
    start = threading.Barrier(20)
    admitted: list[str] = []

    def admit(idea_id: str) -> None:
        start.wait()
        try:
            limits.admit(ANN, idea_id, JOBS, all_live, is_new=True)
        except InputError:
            return
        admitted.append(idea_id)

    threads = [threading.Thread(target=admit, args=[str(number)]) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(admitted) == 5


def test_who_is_alone_has_no_limits() -> None:
    limits = Limits(ideas_per_hour=1, runs_at_once=1)
    for idea_id in "abc":
        limits.admit(ALONE, idea_id, JOBS, all_live, is_new=True)
