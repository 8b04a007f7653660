"""Runs in daemon threads of this process: nothing to set up, and nothing outlives the process."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from idearc.models import now
from idearc.preview import Preview
from idearc.runners import Ended, Failed, Outcome, Run, RunKey, Running, attempt

log = logging.getLogger(__name__)

_REMEMBERED = 10_000  # runs that are over


class ThreadRunner:
    """At most `max_jobs` runs at once, the others wait in the order of their start.

    Not a ThreadPoolExecutor: that one would keep the process from ending until all runs are over.
    The threads carry no Streamlit context.
    """

    is_local = True

    def __init__(
        self, run: Run, max_jobs: int, on_change: Callable[[], object] = lambda: None
    ) -> None:
        """`on_change` is called when a run begins, has an entry more, or ends; from its thread."""
        self._run = run
        self._max_jobs = max_jobs
        self._on_change = on_change
        self._lock = threading.Lock()
        self._threads = 0
        self._started = 0
        self._waiting: dict[RunKey, int] = {}  # with a number, in the order of their start
        self._live: dict[RunKey, Running] = {}
        self._over: dict[RunKey, Ended | Failed] = {}

    def start(self, idea_id: str, job_names: Sequence[str]) -> None:
        for job_name in job_names:
            self._start((idea_id, job_name))

    def _start(self, key: RunKey) -> None:
        with self._lock:
            if key in self._live:
                return
            self._over.pop(key, None)
            self._live[key] = Running(since=now())
            if self._threads < self._max_jobs:
                try:
                    threading.Thread(target=self._work, name="idearc-run", daemon=True).start()
                    self._threads += 1
                except RuntimeError as error:  # the system gives no more threads
                    log.warning("no thread for a run, %d are live: %s", self._threads, error)
                    if not self._threads:
                        busy = "The server is too busy for this. Try again in a minute."
                        self._end(key, Failed(busy))
                        return
            self._started += 1
            self._waiting[key] = self._started

    def cancel(self, idea_id: str, job_names: Sequence[str]) -> None:
        """A thread can't be stopped: what it has begun ends later, and nobody is told."""
        with self._lock:
            for key in [(idea_id, job_name) for job_name in job_names]:
                self._waiting.pop(key, None)
                self._end(key, Failed("This was cancelled. Try again."))
        self._on_change()

    @property
    def waiting(self) -> int:
        """How many runs wait for their turn."""
        return len(self._waiting)

    def outcomes(self, runs: Sequence[RunKey]) -> dict[RunKey, Outcome]:
        return {key: self._outcome(key) for key in runs}

    def _outcome(self, key: RunKey) -> Outcome:
        with self._lock:
            if key not in self._live:
                return self._over.get(key)
            running = self._live[key]
            if key not in self._waiting:
                return running
            ahead = self._waiting[key] - next(iter(self._waiting.values()))
        place = f"{ahead} before it" if ahead else "next in line"
        return Running(running.since, f"Waiting for the model: {place}")

    def _work(self) -> None:
        """Take what waits, until nothing does."""
        while True:
            with self._lock:
                if not self._waiting:
                    self._threads -= 1
                    return
                key = next(iter(self._waiting))
                del self._waiting[key]
                self._live[key] = Running(since=now())
            self._on_change()
            idea_id, job_name = key
            outcome = attempt(self._run, job_name, idea_id, partial(self._note, key))
            with self._lock:
                self._end(key, outcome)
            self._on_change()

    def _note(self, key: RunKey, new: str | Preview) -> None:
        with self._lock:
            before = self._live.get(key)
            if before is None:
                return
            after = self._live[key] = before.noted(new)
        if after.preview.so_far != before.preview.so_far:
            self._on_change()

    def _end(self, key: RunKey, outcome: Ended | Failed) -> None:
        running = self._live.pop(key, None)
        if running is None:  # it was cancelled before
            return
        if isinstance(outcome, Failed):
            outcome = replace(outcome, preview=running.preview)
        self._over[key] = outcome
        if len(self._over) > _REMEMBERED:
            del self._over[next(iter(self._over))]
