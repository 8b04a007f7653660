"""What one visitor may ask for."""

import pytest

from idearc.errors import InputError
from idearc.limits import Limits
from idearc.visitor import Visitor

ANN, BEN = Visitor(counted_as="ann"), Visitor(counted_as="ben")


def all_live(runs: object) -> object:
    return runs


def none_live(_runs: object) -> list[tuple[str, str]]:
    return []


def test_ideas_are_counted_for_each_visitor_and_each_token_once() -> None:
    limits = Limits(ideas_per_hour=2, runs_at_once=9)
    for token in ("1", "1", "2", "1"):
        limits.admit(ANN, [], none_live, token)
    with pytest.raises(InputError, match=r"You have submitted 2 ideas .* submit it in 60 min"):
        limits.admit(ANN, [], none_live, "3")
    limits.admit(ANN, [], none_live, "2")  # another click on a form that was taken
    limits.admit(ANN, [("i", "features")], none_live)  # a retry is no idea
    limits.admit(BEN, [], none_live, "3")


def test_runs_are_counted_while_they_are_live() -> None:
    limits = Limits(ideas_per_hour=9, runs_at_once=3)
    limits.admit(ANN, [("i", "a"), ("i", "b")], all_live, "1")
    limits.admit(ANN, [("i", "a")], all_live)  # the same one again
    with pytest.raises(InputError, match="more than 3 jobs running"):
        limits.admit(ANN, [("j", "a"), ("j", "b")], all_live, "2")
    limits.admit(BEN, [("j", "a"), ("j", "b")], all_live, "2")
    limits.admit(ANN, [("j", "a"), ("j", "b")], none_live, "2")


def test_who_is_alone_has_no_limits() -> None:
    limits = Limits(ideas_per_hour=1, runs_at_once=1)
    for token in "abc":
        limits.admit(Visitor(), [(token, "a"), (token, "b")], all_live, token)
