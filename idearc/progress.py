"""How far a job of an idea is: derived from what is stored and what the runner knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from idearc.models import Result
from idearc.preview import NO_PREVIEW, Preview
from idearc.runners import Ended, Failed, Outcome, Running, Unclear


class State(StrEnum):
    """How far one job of one idea is. Derived whenever it is asked for, stored nowhere."""

    DONE = "done"
    WORKING = "working"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    OVERDUE = "taking longer"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class Progress:
    """A job's state, with what there is to tell."""

    state: State
    result: Result | None = None  # when done
    count: int = 0  # of its findings
    since: datetime | None = None  # of the live run
    note: str = ""  # what the live run waits for, or why it failed, or why nothing is known
    is_live: bool = False  # whether the runner knows of a live run
    preview: Preview = NO_PREVIEW  # of what the live run has written, or the one that failed

    @property
    def can_retry(self) -> bool:
        return self.state not in {State.DONE, State.WORKING}

    @property
    def so_far(self) -> int:
        """Entries that a live run has written; a result may have others."""
        return self.preview.so_far if self.is_live else 0

    @property
    def stage(self) -> tuple[State, datetime | None, str]:
        """What is worth another look at once, whoever looks: not each note, not who waited long."""
        state = State.WORKING if self.state == State.OVERDUE else self.state
        return state, self.since, self.note if state == State.FAILED else ""


def is_done(jobs: Mapping[str, Progress]) -> bool:
    """Whether all jobs of an idea are."""
    return all(progress.state == State.DONE for progress in jobs.values())


def derive(
    stored: tuple[Result, int] | None,
    outcome: Outcome,
    idea_created_at: datetime,
    process_started_at: datetime,
    ticks_used_up: bool,
) -> Progress:
    """Rows beat the clock, what the runner knows beats guessing.

    An idea younger than this process, of whose run it knows nothing, was submitted at another
    process on the same database, which works on it.
    """
    if stored:
        result, count = stored
        return Progress(State.DONE, result=result, count=count)
    if isinstance(outcome, Failed):
        return Progress(State.FAILED, note=outcome.reason, preview=outcome.preview)
    if isinstance(outcome, Unclear):
        then = "Try again to look." if ticks_used_up else "This page looks again by itself."
        return Progress(State.UNKNOWN, note=f"{outcome.reason} {then}")
    if isinstance(outcome, Ended):
        gone = "This has ended, but the database holds no result of it. Try again."
        return Progress(State.FAILED, note=gone)
    if outcome is None and idea_created_at < process_started_at:
        return Progress(State.INTERRUPTED)
    state = State.OVERDUE if ticks_used_up else State.WORKING
    running = outcome or Running(since=idea_created_at)
    return Progress(
        state,
        since=running.since,
        note=running.note,
        is_live=outcome is not None,
        preview=running.preview,
    )
