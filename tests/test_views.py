"""What is drawn: every job has its view, every state its colour, and durations read well."""

from datetime import timedelta
from importlib import import_module

import pytest

from idearc.core import State
from idearc.jobs import JOBS
from idearc.views import frame


@pytest.mark.parametrize("name", JOBS)
def test_every_job_has_a_view(name: str) -> None:
    assert callable(import_module(f"idearc.views.{name}").draw)


def test_every_state_that_is_not_done_has_a_color() -> None:
    assert {*frame.STATE_COLORS, State.DONE} == {*State}


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (-5, "0 s"), (59.6, "1 min"), (125, "2 min 5 s")]
)
def test_durations_read_well(seconds: float, words: str) -> None:
    assert frame.duration(timedelta(seconds=seconds)) == words
