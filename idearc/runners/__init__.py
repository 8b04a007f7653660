"""The runner carries out runs; each kind is a module of its own."""

import logging
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from idearc.errors import IdearcError
from idearc.preview import NO_PREVIEW, Note, Preview

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Running:
    """The run is live: since when, and what it does or waits for if that is not its usual work."""

    since: datetime
    note: str = ""
    preview: Preview = NO_PREVIEW

    def noted(self, new: str | Preview) -> "Running":
        if isinstance(new, Preview):
            return replace(self, preview=new)
        return replace(self, note=new)


@dataclass(frozen=True)
class Failed:
    """The last run ended without a result."""

    reason: str
    is_permanent: bool = False  # whether another one would end the same way
    retry_after: float | None = None  # seconds that the model's server asked for
    preview: Preview = NO_PREVIEW  # what it had written


@dataclass(frozen=True)
class Unclear:
    """Nothing can be said of the run at present, for this reason."""

    reason: str


@dataclass(frozen=True)
class Ended:
    """The last run has succeeded: its result is stored, unless its idea is gone."""


RunKey = tuple[str, str]  # idea id, job name

Outcome = Running | Failed | Ended | Unclear | None  # None: the runner knows of no run


class Runner(Protocol):
    """Knows neither prompts nor tables: only names and ids cross to threads and machines.

    What comes back is an end, or the reason of a failure, and notes of what a run does meanwhile.
    """

    is_local: bool  # whether its runs are this process's, so that outcomes cost nothing

    def start(self, idea_id: str, job_names: Sequence[str]) -> None:
        """Starts a run of each job and returns at once; does nothing where one is live.

        Raises nothing: where it can't, the outcome says why.
        """
        ...

    def cancel(self, idea_id: str, job_names: Sequence[str]) -> None:
        """Ends the live runs of these jobs and returns at once; whoever runs one may go on a while.

        Raises nothing: where it can't, they go on.
        """
        ...

    def outcomes(self, runs: Sequence[RunKey]) -> Mapping[RunKey, Outcome]:
        """What is known of the last run of each."""
        ...


# Called with a job's name, an idea's id, and what takes notes.
Run = Callable[[str, str, Note], None]


def attempt(run: Run, job_name: str, idea_id: str, note: Note) -> Ended | Failed:
    """Run it, and log how that went. Raises nothing."""
    started = time.monotonic()
    log.info("run started: job=%s idea=%s", job_name, idea_id)
    outcome: Ended | Failed = Ended()
    words = "ended"
    try:
        run(job_name, idea_id, note)
    except IdearcError as error:
        # Its text may quote what the model's server said, and that the idea: kinds only.
        cause = f" from {type(error.__cause__).__name__}" if error.__cause__ else ""
        words = f"failed, {type(error).__name__}{cause}"
        outcome = Failed(str(error), error.is_permanent, error.retry_after)
    except BaseException as error:  # noqa: BLE001 # the top of a thread: nobody else would see it
        where = "".join(traceback.format_tb(error.__traceback__))  # words may quote the idea
        log.error("run broke: job=%s idea=%s at\n%s", job_name, idea_id, where)
        words = f"broke, {type(error).__name__}"
        outcome = Failed(f"Something went wrong inside Idearc ({type(error).__name__}). Try again.")
    seconds = time.monotonic() - started
    log.info("run %s: job=%s idea=%s seconds=%.1f", words, job_name, idea_id, seconds)
    return outcome
