"""What is drawn: every job has its view, and untrusted text stays text."""

from datetime import timedelta

import pytest

from idearc import views
from idearc.core import State
from idearc.jobs import JOBS


def test_every_job_has_a_view() -> None:
    assert set(views.VIEWS) == set(JOBS)


def test_every_state_has_a_badge() -> None:
    assert set(views.STATE_BADGES) == set(State)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (-5, "0 s"), (59.6, "1 min 0 s"), (125, "2 min 5 s")]
)
def test_durations_read_well(seconds: float, words: str) -> None:
    assert views.duration(timedelta(seconds=seconds)) == words
