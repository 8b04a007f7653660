"""What Idearc does: take an idea, run its jobs, tell how far they are. No UI, no I/O of its own."""

import copy
import statistics
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from idearc.errors import InputError, StoreError
from idearc.form import SEARCH_MAX, read_form
from idearc.jobs import JOBS, Job
from idearc.limits import Limits
from idearc.models import Choice, Finding, Idea, Result, Share
from idearc.progress import Progress, State, derive, is_done
from idearc.runners import Ended, RunKey, Runner, Running, Unclear
from idearc.snapshot import Snapshot, read
from idearc.store import Store
from idearc.text import clean
from idearc.visitor import ALONE, Visitor
from idearc.watcher import Shown, Viewer, Watcher

IDEAS_PER_PAGE = 50
_NO_IDEA = (
    "There is no idea at this address. Perhaps it was deleted, or a part of the link is missing."
)
_NOT_SHARED = (
    "Nothing is shared by this link. Perhaps it was revoked, or a part of the link is missing."
)
_NO_LIST = "There is no list of ideas here: each is where its own link leads, for who holds it."
_LATEST = 9  # results that tell how long a job usually takes


class Idearc:
    """The application as the pages see it, for one visitor.

    An idea that was made by somebody else is as one that is not there.
    """

    def __init__(
        self,
        store: Store,
        runner: Runner,
        *,
        max_ticks: int,
        tick_seconds: float,
        process_started_at: datetime,
        changed: threading.Event,
        limits: Limits,
        find_servers: Callable[[], Mapping[str, str]] | None = None,
        search_goes_to: str = "",
        warm_up: Callable[[], None] = lambda: None,
    ) -> None:
        """`changed` is set when a run begins, has an entry more, or ends in this process."""
        self.max_ticks = max_ticks
        self.tick_seconds = tick_seconds
        # Only where the small model answers: finds better ones on this machine, addresses by name.
        self.find_servers = find_servers
        # Who gets search phrases where a visitor wants a search; empty where there is none to want.
        self.search_goes_to = search_goes_to
        # Said when somebody begins to write an idea: what answers may get ready. Returns at once.
        self.warm_up = warm_up
        self.visitor = ALONE
        self._store = store
        self._runner = runner
        self._process_started_at = process_started_at
        self._limits = limits
        self._watcher = Watcher(self._look, changed)

    def seen_by(self, visitor: Visitor) -> "Idearc":
        """The same application for this visitor."""
        theirs = copy.copy(self)
        theirs.visitor = visitor
        return theirs

    def submit(
        self,
        name: str,
        text: str,
        token: str,
        known: str = "",
        parent: Idea | None = None,
        search_web: bool = False,
    ) -> str:
        """Keeps the idea, starts its jobs and returns its id; once per token.

        With a parent it is the next version of that. Raises InputError, and keeps nothing, when
        something that was written can't be used, or a limit is reached.
        """
        idea = read_form(name, text, known, token)
        if same := self._store.idea_of(token):  # another click
            return same.id
        self._limits.admit(self.visitor, idea.id, list(JOBS), self._live, is_new=True)
        idea.owner = self.visitor.owner
        idea.search_goes_to = self.search_goes_to if search_web else ""
        if parent and parent.owner == idea.owner:
            idea.line_id, idea.parent_version = parent.line_id, parent.version
        idea, is_new = self._store.add_idea(idea)
        if is_new:
            self._runner.start(idea.id, list(JOBS))
        return idea.id

    def wanted_search(self, parent: Idea | None) -> bool:
        """Whether the visitor wanted this search last time; without a list, for the idea before.

        One can write while the database is away.
        """
        if self.visitor.has_list:
            latest: Sequence[Idea] = ()
            with suppress(StoreError):
                latest = self._store.ideas(limit=1, owner=self.visitor.owner)
            parent = latest[0] if latest else None
        return bool(parent and parent.search_goes_to == self.search_goes_to)

    def retry(self, job_name: str, idea_id: str) -> None:
        """Starts one job anew; does nothing while it runs, when it is done, or the idea is gone.

        Raises InputError when a limit is reached.
        """
        if self._theirs(idea_id):
            self._limits.admit(self.visitor, idea_id, [job_name], self._live)
            self._runner.start(idea_id, [job_name])

    def delete(self, idea_id: str) -> None:
        """Deletes the idea with all that belongs to it; what still runs for it stores nothing."""
        if self._theirs(idea_id):
            self._store.delete_idea(idea_id)
            self._runner.cancel(idea_id, list(JOBS))

    def idea(self, idea_id: str) -> Idea:
        """Raises InputError when there is none, or it is another's: nobody learns which."""
        if idea := self._theirs(idea_id):
            return idea
        raise InputError(_NO_IDEA)

    def _theirs(self, idea_id: str) -> Idea | None:
        """The idea, when the visitor may see and change it."""
        idea = self._store.idea(idea_id) if _may_be_id(idea_id) else None
        return idea if idea and idea.owner == self.visitor.owner else None

    def share(self, idea_id: str) -> Share | None:
        """By which others may read the idea, where there is one."""
        return self._store.share(idea_id) if self._theirs(idea_id) else None

    def begin_to_share(self, idea_id: str) -> None:
        """Does nothing where it is shared already, or gone."""
        if self._theirs(idea_id):
            self._store.add_share(Share(idea_id=idea_id))

    def end_to_share(self, idea_id: str) -> None:
        """The link leads nowhere from now on; another one can be made."""
        if self._theirs(idea_id):
            self._store.delete_share(idea_id)

    def shared(self, share_id: str) -> Idea:
        """What the link leads to, for everybody, to be read only. Raises InputError."""
        idea = self._store.shared_idea(share_id) if _may_be_id(share_id) else None
        if idea is None:
            raise InputError(_NOT_SHARED)
        return idea

    def versions(self, idea: Idea) -> Sequence[Idea]:
        """All of the idea that the visitor may see, itself among them, the first one first.

        Without a list, only itself: each has its own address. Raises InputError when it is gone.
        """
        versions = [
            one
            for one in self._store.versions(idea.line_id)
            if one.id == idea.id or (self.visitor.has_list and one.owner == self.visitor.owner)
        ]
        if all(version.id != idea.id for version in versions):
            raise InputError(_NO_IDEA)
        return versions

    def last_versions(self, ideas: Sequence[Idea]) -> Mapping[str, int]:
        """The number of the last version of each idea, by line id."""
        return self._store.last_versions([idea.line_id for idea in ideas])

    def progress(
        self,
        ideas: Sequence[Idea],
        ticks_used_up: bool = False,
        shown: Mapping[str, Mapping[str, Progress]] | None = None,
    ) -> dict[str, dict[str, Progress]]:
        """How far the jobs of these ideas are, by idea id and job name.

        What is `shown`, as this gave it before, has results read only if a run has ended since.
        """
        ids = [idea.id for idea in ideas]
        results = self._store.results(ids) if shown is None else _results(shown)
        runs = [(idea_id, job_name) for idea_id in ids for job_name in JOBS]
        outcomes = self._runner.outcomes([run for run in runs if run not in results])
        if any(isinstance(outcome, Ended) for outcome in outcomes.values()):
            results = self._store.results(ids)  # it has ended in between
        return {
            idea.id: {
                job_name: derive(
                    results.get((idea.id, job_name)),
                    outcomes.get((idea.id, job_name)),
                    idea.created_at,
                    self._process_started_at,
                    ticks_used_up,
                )
                for job_name in JOBS
            }
            for idea in ideas
        }

    def watch(
        self, viewer: Viewer, idea: Idea, shown: Mapping[str, Progress], *, open_tab: str
    ) -> None:
        """Has the viewer show the idea anew, once, when its jobs are no longer as shown.

        Of entries that are written, those of the job `open_tab` are news, if there is one.
        """
        if not is_done(shown):
            there = self._watched(shown)
            more = {name: count for name, count in there.more.items() if name == open_tab}
            self._watcher.watch(viewer, idea, replace(there, more=more))

    def forget(self, viewer: Viewer) -> None:
        """The viewer shows something else."""
        self._watcher.forget(viewer)

    def _look(self, ideas: Sequence[Idea]) -> Mapping[str, Shown]:
        if self._runner.is_local:
            there = self.progress(ideas)
            return {idea.id: self._watched(there[idea.id]) for idea in ideas}
        results = self._store.results([idea.id for idea in ideas])
        return {
            idea.id: Shown({name: (idea.id, name) in results for name in JOBS}) for idea in ideas
        }

    def _watched(self, shown: Mapping[str, Progress]) -> Shown:
        """What to tell at once: all news, or only results where more would cost too much."""
        if not self._runner.is_local:
            return Shown({name: progress.state == State.DONE for name, progress in shown.items()})
        stages = {name: progress.stage for name, progress in shown.items()}
        return Shown(stages, more={name: progress.so_far for name, progress in shown.items()})

    def _live(self, runs: Sequence[RunKey]) -> list[RunKey]:
        outcomes = self._runner.outcomes(runs)
        return [run for run, one in outcomes.items() if isinstance(one, Running | Unclear)]

    def findings(self, job: Job, idea_id: str) -> Sequence[Finding]:
        return self._store.findings(job, idea_id)

    def snapshot(self, idea: Idea, shown: Mapping[str, Progress] | None = None) -> Snapshot:
        """The idea with all that is stored of it by now. Raises InputError when it is gone.

        Where what is `shown` says that no job is done, nothing is read.
        """
        if shown is not None and not any(progress.result for progress in shown.values()):
            return Snapshot(idea, [])
        there = self._store.snapshot(idea)
        if not there.parts and self._store.idea(idea.id) is None:  # who reads a share owns nothing
            raise InputError(_NO_IDEA)
        return there

    def usual_seconds(self, job_name: str) -> float | None:
        """How long the job took lately, the median of its latest results; None before the first."""
        latest = self._store.latest_seconds(job_name, limit=_LATEST)
        return statistics.median(latest) if latest else None

    def choose(self, job: Job, idea_id: str, position: int, is_chosen: bool) -> None:
        """Keeps that the visitor took or left a finding."""
        if self._theirs(idea_id):
            self._store.add_choice(
                Choice(idea_id=idea_id, job=job.name, position=position, is_chosen=is_chosen)
            )

    def import_idea(self, content: bytes) -> str:
        """Keeps the idea of a file that `snapshot.write` made, as a new one, and returns its id.

        Starts the jobs that the file has no result of. Raises InputError, and keeps nothing, when
        it can't be used, or a limit is reached, and for a visitor without a list.
        """
        self.check_list()
        there = read(content)
        idea = there.idea
        self._limits.admit(self.visitor, idea.id, there.missing, self._live, is_new=True)
        idea.owner = self.visitor.owner
        self._store.add_snapshot(there)
        if there.missing:
            self._runner.start(idea.id, there.missing)
        return idea.id

    def ideas(self, page: int, search: str = "") -> Sequence[Idea]:
        """One page of the visitor's ideas that hold all these words, the newest first.

        Pages count from 1. Raises InputError for a visitor without a list.
        """
        self.check_list()
        offset = (page - 1) * IDEAS_PER_PAGE
        search = clean(search)[:SEARCH_MAX]
        owner = self.visitor.owner
        return self._store.ideas(limit=IDEAS_PER_PAGE, offset=offset, search=search, owner=owner)

    def count_ideas(self, search: str = "") -> int:
        self.check_list()
        return self._store.count_ideas(clean(search)[:SEARCH_MAX], self.visitor.owner)

    def check_list(self) -> None:
        """Raises InputError for a visitor without a list."""
        if not self.visitor.has_list:
            raise InputError(_NO_LIST)


def _results(
    shown: Mapping[str, Mapping[str, Progress]],
) -> dict[RunKey, tuple[Result, int]]:
    return {
        (idea_id, job_name): (progress.result, progress.count)
        for idea_id, jobs in shown.items()
        for job_name, progress in jobs.items()
        if progress.result
    }


def _may_be_id(text: str) -> bool:
    """Databases refuse to look for some characters that no id has."""
    return text.isascii() and text.isprintable()
