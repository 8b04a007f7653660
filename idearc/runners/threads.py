"""Runs in daemon threads of this process: nothing to set up, and nothing outlives the process."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from idearc.errors import IdearcError
from idearc.models import now
from idearc.runners import Failed, Outcome, Running

log = logging.getLogger(__name__)

_REMEMBERED_FAILURES = 10_000

_Key = tuple[str, str]  # job name, idea id

# Called with a job's name, an idea's id, and what takes notes of what the run is doing.
Run = Callable[[str, str, Callable[[str], None]], None]


class ThreadRunner:
    """At most `max_jobs` runs at once, the others wait in the order of their start.

    Not a ThreadPoolExecutor: that one would keep the process from ending until all runs are over.
    The threads carry no Streamlit context.
    """

    def __init__(
        self, run: Run, max_jobs: int, on_change: Callable[[], object] = lambda: None
    ) -> None:
        """`on_change` is called when a run begins or ends, from its thread."""
        self._run = run
        self._max_jobs = max_jobs
        self._on_change = on_change
        self._lock = threading.Lock()
        self._threads = 0
        self._started = 0
        self._waiting: dict[_Key, int] = {}  # with a number, in the order of their start
        self._live: dict[_Key, Running] = {}
        self._failed: dict[_Key, Failed] = {}

    def start(self, job_name: str, idea_id: str) -> None:
        key = (job_name, idea_id)
        with self._lock:
            if key in self._live:
                return
            if self._threads < self._max_jobs:
                try:
                    threading.Thread(target=self._work, name="idearc-run", daemon=True).start()
                    self._threads += 1
                except RuntimeError as error:  # the system gives no more threads
                    log.warning("no thread for a run, %d are live: %s", self._threads, error)
                    if not self._threads:
                        self._fail(key, "The server is too busy for this. Try again in a minute.")
                        return
            self._failed.pop(key, None)
            self._live[key] = Running(since=now())
            self._started += 1
            self._waiting[key] = self._started

    def outcome(self, job_name: str, idea_id: str) -> Outcome:
        key = (job_name, idea_id)
        with self._lock:
            if key not in self._live:
                return self._failed.get(key)
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
            reason = self._attempt(*key)
            with self._lock:
                del self._live[key]
                if reason:
                    self._fail(key, reason)
            self._on_change()

    def _note(self, key: _Key, words: str) -> None:
        with self._lock:
            self._live[key] = replace(self._live[key], note=words)

    def _fail(self, key: _Key, reason: str) -> None:
        self._failed[key] = Failed(reason)
        if len(self._failed) > _REMEMBERED_FAILURES:
            del self._failed[next(iter(self._failed))]

    def _attempt(self, job_name: str, idea_id: str) -> str:
        """Run it; the reason when it failed, else nothing."""
        started = time.monotonic()
        log.info("run started: job=%s idea=%s", job_name, idea_id)
        try:
            self._run(job_name, idea_id, lambda words: self._note((job_name, idea_id), words))
        except IdearcError as error:
            # Its text may quote what the model's server said, and that the idea: kinds only.
            cause = f" from {type(error.__cause__).__name__}" if error.__cause__ else ""
            outcome = f"failed, {type(error).__name__}{cause}"
            reason = str(error)
        except BaseException as error:  # the top of a thread: nobody above would see it
            log.exception("run broke: job=%s idea=%s", job_name, idea_id)
            outcome = f"broke, {type(error).__name__}"
            reason = f"Something went wrong inside Idearc ({type(error).__name__}). Try again."
        else:
            outcome, reason = "ended", ""
        seconds = time.monotonic() - started
        log.info("run %s: job=%s idea=%s seconds=%.1f", outcome, job_name, idea_id, seconds)
        return reason
