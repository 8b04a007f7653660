"""What Idearc does: take an idea, run its jobs, tell how far they are. No UI, no I/O of its own."""

import statistics
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from idearc.errors import InputError
from idearc.form import SEARCH_MAX, read_form
from idearc.jobs import JOBS, Job
from idearc.models import Choice, Finding, Idea, Result
from idearc.providers import Note, Provider
from idearc.runners import Failed, Outcome, Runner, Running
from idearc.store import Store
from idearc.text import clean
from idearc.watcher import Viewer, Watcher

IDEAS_PER_PAGE = 50
_LATEST = 9  # results that tell how long a job usually takes


class State(StrEnum):
    """How far one job of one idea is. Derived whenever it is asked for, stored nowhere."""

    DONE = "done"
    WORKING = "working"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    OVERDUE = "taking longer"


@dataclass(frozen=True)
class Progress:
    """A job's state, with what there is to tell."""

    state: State
    result: Result | None = None  # when done
    count: int = 0  # of its findings
    since: datetime | None = None  # of the live run
    note: str = ""  # what the live run waits for, or why the last one failed

    @property
    def can_retry(self) -> bool:
        return self.state not in {State.DONE, State.WORKING}

    @property
    def stage(self) -> tuple[State, datetime | None, str]:
        """What is worth another look at once, whoever looks: not each note, not who waited long."""
        state = State.WORKING if self.state == State.OVERDUE else self.state
        return state, self.since, self.note if state == State.FAILED else ""


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
        return Progress(State.FAILED, note=outcome.reason)
    if outcome is None and idea_created_at < process_started_at:
        return Progress(State.INTERRUPTED)
    state = State.OVERDUE if ticks_used_up else State.WORKING
    running = outcome or Running(since=idea_created_at)
    return Progress(state, since=running.since, note=running.note)


def run_job(store: Store, provider: Provider, job_name: str, idea_id: str, note: Note) -> None:
    """Ask, and keep the answer. Safe to run twice; raises what the provider and the store raise."""
    job, idea = JOBS[job_name], store.idea(idea_id)
    if idea is None or (idea_id, job_name) in store.results([idea_id]):
        return
    started = time.monotonic()
    answer = provider.ask(job, idea, note)
    store.save(job, idea_id, answer, seconds=time.monotonic() - started)


class Idearc:
    """The application as the pages see it."""

    def __init__(
        self,
        store: Store,
        runner: Runner,
        *,
        max_ticks: int,
        tick_seconds: float,
        process_started_at: datetime,
        changed: threading.Event,
        find_servers: Callable[[], Mapping[str, str]] | None = None,
    ) -> None:
        """`changed` is set when a run begins or ends in this process."""
        self.max_ticks = max_ticks
        self.tick_seconds = tick_seconds
        # Only where the small model answers: finds better ones on this machine, addresses by name.
        self.find_servers = find_servers
        self._store = store
        self._runner = runner
        self._process_started_at = process_started_at
        self._watcher = Watcher(self._stages, changed)

    def submit(self, name: str, text: str, token: str, known: str = "") -> str:
        """Keeps the idea, starts its jobs and returns its id; once per token.

        Raises InputError, and keeps nothing, when something that was written can't be used.
        """
        idea, is_new = self._store.add_idea(read_form(name, text, known, token))
        if is_new:
            for job_name in JOBS:
                self._runner.start(job_name, idea.id)
        return idea.id

    def retry(self, job_name: str, idea_id: str) -> None:
        """Starts one job anew; does nothing while it runs or when it is done."""
        self._runner.start(job_name, idea_id)

    def idea(self, idea_id: str) -> Idea:
        """Raises InputError when there is none."""
        # Databases refuse to look for some characters that no id has.
        idea = self._store.idea(idea_id) if idea_id.isascii() and idea_id.isprintable() else None
        if idea is None:
            raise InputError(
                "There is no idea at this address. Perhaps a part of the link is missing."
            )
        return idea

    def progress(
        self, ideas: Sequence[Idea], ticks_used_up: bool = False
    ) -> dict[str, Mapping[str, Progress]]:
        """How far the jobs of these ideas are, by idea id and job name."""
        # The runner first: a run that ends in between has stored its result by then.
        outcomes = {
            (idea.id, job_name): self._runner.outcome(job_name, idea.id)
            for idea in ideas
            for job_name in JOBS
        }
        results = self._store.results([idea.id for idea in ideas])
        return {
            idea.id: {
                job_name: derive(
                    results.get((idea.id, job_name)),
                    outcomes[idea.id, job_name],
                    idea.created_at,
                    self._process_started_at,
                    ticks_used_up,
                )
                for job_name in JOBS
            }
            for idea in ideas
        }

    def watch(self, viewer: Viewer, idea: Idea, shown: Mapping[str, Progress]) -> None:
        """Has the viewer show the idea anew, once, when its jobs are no longer as shown."""
        if any(progress.state != State.DONE for progress in shown.values()):
            self._watcher.watch(viewer, idea, _stages(shown))

    def forget(self, viewer: Viewer) -> None:
        """The viewer shows something else."""
        self._watcher.forget(viewer)

    def _stages(self, ideas: Sequence[Idea]) -> Mapping[str, object]:
        return {idea_id: _stages(progress) for idea_id, progress in self.progress(ideas).items()}

    def findings(self, job: Job, idea_id: str) -> Sequence[Finding]:
        return self._store.findings(job, idea_id)

    def usual_seconds(self, job_name: str) -> float | None:
        """How long the job took lately, the median of its latest results; None before the first."""
        latest = self._store.latest_seconds(job_name, limit=_LATEST)
        return statistics.median(latest) if latest else None

    def choices(self, job: Job, idea_id: str) -> Mapping[int, bool]:
        """Which findings the visitor took or left, by position; none for those never touched."""
        return self._store.choices(job, idea_id)

    def choose(self, job: Job, idea_id: str, position: int, is_chosen: bool) -> None:
        self._store.add_choice(
            Choice(idea_id=idea_id, job=job.name, position=position, is_chosen=is_chosen)
        )

    def ideas(self, page: int, search: str = "") -> Sequence[Idea]:
        """One page of the ideas that hold all these words, the newest first; pages count from 1."""
        offset = (page - 1) * IDEAS_PER_PAGE
        search = clean(search)[:SEARCH_MAX]
        return self._store.ideas(limit=IDEAS_PER_PAGE, offset=offset, search=search)

    def count_ideas(self, search: str = "") -> int:
        return self._store.count_ideas(clean(search)[:SEARCH_MAX])


def _stages(progress: Mapping[str, Progress]) -> Mapping[str, object]:
    return {job_name: of_job.stage for job_name, of_job in progress.items()}
