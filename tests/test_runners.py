"""The runner's promises: one live run per job and idea, a cap, an end that is known."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import no_more_threads
from streamlit.runtime.scriptrunner import get_script_run_ctx
from test_core import eventually

from idearc.errors import ProviderError
from idearc.runners import Ended, Failed, Outcome, Runner, Running
from idearc.runners.threads import ThreadRunner


class Runs:
    """What the runner is given to run: waits at a gate, and remembers."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.errors: dict[str, BaseException] = {}
        self.started: list[str] = []
        self.words = ""
        self.live = self.most_live = 0
        self.contexts: set[object] = set()
        self._lock = threading.Lock()

    def __call__(self, _job_name: str, idea_id: str, note: Callable[[str], None]) -> None:
        with self._lock:
            self.started.append(idea_id)
            self.live += 1
            self.most_live = max(self.most_live, self.live)
            self.contexts.add(get_script_run_ctx(suppress_warning=True))
        note(self.words)
        self.gate.wait()
        with self._lock:
            self.live -= 1
        if idea_id in self.errors:
            raise self.errors[idea_id]


def outcome(runner: Runner, idea_id: str, job_name: str = "features") -> Outcome:
    return runner.outcomes([(idea_id, job_name)])[idea_id, job_name]


@pytest.fixture
def runs() -> Iterator[Runs]:
    runs = Runs()
    yield runs
    runs.gate.set()


def test_a_live_run_is_not_started_again(runs: Runs) -> None:
    runner = ThreadRunner(runs, max_jobs=4)
    for _ in range(5):
        runner.start("a", ["features"])
    eventually(lambda: runs.started == ["a"])
    assert isinstance(outcome(runner, "a"), Running)
    assert outcome(runner, "a", "competitors") is None

    runs.gate.set()
    eventually(lambda: outcome(runner, "a") == Ended())
    runner.start("a", ["features"])
    eventually(lambda: runs.started == ["a", "a"])


def test_at_most_max_jobs_run_and_the_rest_say_that_they_wait(runs: Runs) -> None:
    runner = ThreadRunner(runs, max_jobs=2)
    for idea_id in "abcd":
        runner.start(idea_id, ["features"])
    eventually(lambda: sorted(runs.started) == ["a", "b"])
    notes = [outcome(runner, idea_id).note for idea_id in "abcd"]
    waiting = "Waiting for the model: "
    assert notes == ["", "", f"{waiting}next in line", f"{waiting}1 before it"]

    runs.gate.set()
    eventually(lambda: all(outcome(runner, idea_id) == Ended() for idea_id in "abcd"))
    assert sorted(runs.started) == ["a", "b", "c", "d"]
    assert runs.most_live == 2


def test_runs_start_in_the_order_of_their_start(runs: Runs) -> None:
    runner = ThreadRunner(runs, max_jobs=1)
    for idea_id in "abcdefgh":
        runner.start(idea_id, ["features"])
    runs.gate.set()
    eventually(lambda: outcome(runner, "h") == Ended())
    assert runs.started == list("abcdefgh")


def test_a_run_that_gets_no_thread_fails_with_a_reason(runs: Runs) -> None:
    runner = ThreadRunner(runs, max_jobs=2)
    with no_more_threads():
        runner.start("a", ["features"])
    assert "too busy" in outcome(runner, "a").reason

    runs.gate.set()
    runner.start("a", ["features"])
    eventually(lambda: runs.started == ["a"] and outcome(runner, "a") == Ended())


def test_a_run_says_what_it_is_doing(runs: Runs) -> None:
    runner = ThreadRunner(runs, max_jobs=1)
    runs.words = "Loading the model"
    runner.start("a", ["features"])
    eventually(lambda: outcome(runner, "a").note == "Loading the model")


def test_a_failure_is_told_until_the_next_start(runs: Runs) -> None:
    runs.gate.set()
    runs.errors = {"a": ProviderError("The reason."), "b": KeyError("secret")}
    runner = ThreadRunner(runs, max_jobs=2)
    runner.start("a", ["features"])
    runner.start("b", ["features"])
    eventually(lambda: outcome(runner, "a") == Failed("The reason."))
    broken = Failed("Something went wrong inside Idearc (KeyError). Try again.")
    eventually(lambda: outcome(runner, "b") == broken)

    runs.errors.clear()
    runs.gate.clear()
    runner.start("a", ["features"])
    assert isinstance(outcome(runner, "a"), Running)


def test_not_even_a_cancelled_run_keeps_its_place(runs: Runs) -> None:
    runs.gate.set()
    runs.errors = {"a": asyncio.CancelledError()}
    runner = ThreadRunner(runs, max_jobs=1)
    runner.start("a", ["features"])
    runner.start("b", ["features"])
    eventually(lambda: runs.started == ["a", "b"] and outcome(runner, "b") == Ended())
    assert isinstance(outcome(runner, "a"), Failed)


def test_what_is_cancelled_gives_its_place_to_the_next(runs: Runs) -> None:
    runner = ThreadRunner(runs, max_jobs=1)
    for idea_id in "abc":
        runner.start(idea_id, ["features"])
    eventually(lambda: runs.started == ["a"])
    for idea_id in "abx":
        runner.cancel(idea_id, ["features", "competitors"])
    assert isinstance(outcome(runner, "a"), Failed)
    assert isinstance(outcome(runner, "b"), Failed)
    assert outcome(runner, "x") is None

    runs.gate.set()
    eventually(lambda: outcome(runner, "c") == Ended())
    assert runs.started == ["a", "c"]
    assert isinstance(outcome(runner, "a"), Failed)


def test_threads_end_with_their_work_and_carry_no_streamlit_context(runs: Runs) -> None:
    def run_threads() -> set[threading.Thread]:
        return {thread for thread in threading.enumerate() if thread.name == "idearc-run"}

    before = run_threads()
    runner = ThreadRunner(runs, max_jobs=8)
    for number in range(20):
        runner.start(str(number), ["features"])
    runs.gate.set()
    eventually(lambda: len(runs.started) == 20 and run_threads() <= before)
    assert runs.contexts == {None}


def test_the_process_may_end_while_runs_are_live() -> None:
    script = """
import time
from idearc.runners.threads import ThreadRunner
ThreadRunner(lambda *_: time.sleep(600), 2).start("a", ["features"])
"""
    root = Path(__file__).parent.parent
    assert subprocess.run([sys.executable, "-c", script], cwd=root, timeout=60).returncode == 0
