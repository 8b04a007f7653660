"""What the engine adds: runs outlive processes, attempts are told, work is handed on."""

import os
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import TEXT
from model_server import ModelServer, Reply
from temporal_server import TemporalServer, WorkerProcess, worker_here
from test_core import eventually, states

from idearc.bootstrap import build
from idearc.core import Idearc
from idearc.doctor import examine
from idearc.jobs import JOBS
from idearc.models import new_id
from idearc.progress import Progress, State
from idearc.settings import read_settings

BROKEN = Reply(status=500, error={"message": "out of memory"})
DONE, WORKING, FAILED = State.DONE, State.WORKING, State.FAILED


@pytest.fixture
def idearc(
    model_server: ModelServer,
    temporal: TemporalServer,
    postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Idearc:
    """No worker is there."""
    monkeypatch.setenv("IDEARC_DATABASE_URL", postgres_url)
    monkeypatch.setenv("OPENAI_BASE_URL", model_server.url)
    monkeypatch.setenv("IDEARC_RUNNER", "temporal")
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal.address)
    return build(read_settings())


def progress(idearc: Idearc, idea_id: str, job_name: str = "features") -> Progress:
    return idearc.progress([idearc.idea(idea_id)])[idea_id][job_name]


def notes(idearc: Idearc, idea_id: str) -> str:
    return progress(idearc, idea_id).note


def names_seen(idearc: Idearc, idea_id: str) -> list[str]:
    """Of the entries that the features' run has written."""
    return [one.name for one in progress(idearc, idea_id).preview.entries]


def test_without_a_worker_a_run_waits_and_says_so(
    idearc: Idearc, model_server: ModelServer
) -> None:
    idea_id = idearc.submit("", TEXT, new_id())
    waiting = progress(idearc, idea_id)
    assert (waiting.state, waiting.note) == (WORKING, "Waiting for a worker")
    model_server.gate.clear()
    with worker_here(max_jobs=1):
        eventually(lambda: len(model_server.requests) == 1)
        by_note = {
            one.note: one for one in idearc.progress([idearc.idea(idea_id)])[idea_id].values()
        }
        assert set(by_note) == {"", "Waiting for a worker"}  # the worker has one place
        assert by_note[""].since >= by_note["Waiting for a worker"].since
        model_server.gate.set()
        eventually(lambda: set(states(idearc, idea_id).values()) == {DONE})


def test_a_job_that_fails_twice_is_tried_a_third_time(
    idearc: Idearc, model_server: ModelServer
) -> None:
    goes_on = [threading.Event(), threading.Event()]
    model_server.script["features"] = [
        BROKEN,
        replace(BROKEN, goes_on=goes_on[0]),
        Reply(goes_on=goes_on[1]),
    ]
    idea_id = idearc.submit("", TEXT, new_id())
    why = "The one before failed: The model's server answered 500: it is overloaded or broken"
    with worker_here():
        for attempt, event in enumerate(goes_on, start=2):
            said = f"Attempt {attempt} of 6. {why} (out of memory)"
            eventually(lambda said=said: notes(idearc, idea_id) == said)
            event.set()
        eventually(lambda: set(states(idearc, idea_id).values()) == {DONE})
    assert model_server.asked("features") == 3
    assert model_server.asked("competitors") == 1


def test_a_job_that_always_fails_ends_with_its_reason_and_one_retry(
    idearc: Idearc, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDEARC_MAX_ATTEMPTS", "3")
    idearc = build(read_settings())
    model_server.always["features"] = BROKEN
    idea_id = idearc.submit("", TEXT, new_id())
    with worker_here():
        eventually(lambda: states(idearc, idea_id) == {"competitors": DONE, "features": FAILED})
        assert model_server.asked("features") == 3
        assert notes(idearc, idea_id).startswith("The model's server answered 500")
        del model_server.always["features"]
        idearc.retry("features", idea_id)
        eventually(lambda: states(idearc, idea_id)["features"] is DONE)
    assert model_server.asked("features") == 4


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(status=401), "the API key was refused"),
        (Reply(status=404, error={"message": "no such model"}), "no such model"),
        (Reply(status=429, error={"code": "insufficient_quota"}), "quota exceeded"),
        (Reply(refusal="Not this."), "The model refused: Not this"),
    ],
)
def test_what_would_fail_again_is_not_tried_again(
    idearc: Idearc, model_server: ModelServer, reply: Reply, why: str
) -> None:
    model_server.always["features"] = reply
    idea_id = idearc.submit("", TEXT, new_id())
    with worker_here():
        eventually(lambda: states(idearc, idea_id) == {"competitors": DONE, "features": FAILED})
    assert model_server.asked("features") == 1
    assert why in notes(idearc, idea_id)


def test_what_is_written_is_seen_from_elsewhere_and_stays_when_it_fails(
    idearc: Idearc, model_server: ModelServer
) -> None:
    expired = b'data: {"error": {"code": 401, "message": "The key has expired."}}\n\n'
    half = Reply(pauses_at=3, change_stream=lambda lines: [*lines[:-4], expired])
    model_server.script["features"] = [half]
    idea_id = idearc.submit("", TEXT, new_id())

    with worker_here():
        eventually(lambda: names_seen(idearc, idea_id) == ["Name 1", "Name 2"])
        assert progress(idearc, idea_id).so_far == 2
        model_server.goes_on.set()
        eventually(lambda: progress(idearc, idea_id).state == FAILED)
        assert "The key has expired" in notes(idearc, idea_id)
        assert names_seen(idearc, idea_id)[:2] == ["Name 1", "Name 2"]
        assert progress(idearc, idea_id).so_far == 0
        idearc.retry("features", idea_id)
        eventually(lambda: progress(idearc, idea_id).state == DONE)
    assert names_seen(idearc, idea_id) == []


def test_what_a_later_attempt_writes_is_seen_and_stays_when_its_worker_is_gone(
    idearc: Idearc, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDEARC_MAX_ATTEMPTS", "2")
    idearc = build(read_settings())
    model_server.script["features"] = [BROKEN, Reply(pauses_at=3)]
    idea_id = idearc.submit("", TEXT, new_id())

    with WorkerProcess() as worker:
        eventually(lambda: names_seen(idearc, idea_id) == ["Name 1", "Name 2"])
        assert notes(idearc, idea_id).startswith("Attempt 2 of 2. The one before failed: ")
        assert progress(idearc, idea_id).so_far == 2
        worker.kill()
    with worker_here():  # which finds that there is no attempt left
        eventually(lambda: progress(idearc, idea_id).state == FAILED)
    assert notes(idearc, idea_id) == "Its worker is gone."
    assert names_seen(idearc, idea_id) == ["Name 1", "Name 2"]


def test_the_next_attempt_waits_as_long_as_the_server_asks(
    idearc: Idearc, model_server: ModelServer
) -> None:
    model_server.script["features"] = [Reply(status=429, headers={"Retry-After": "3"})]
    idea_id = idearc.submit("", TEXT, new_id())
    with worker_here():
        eventually(lambda: states(idearc, idea_id)["features"] is DONE)
    first, second = (one.at for one in model_server.requests if one.job == "features")
    assert second - first > 2  # and not the usual second


def test_what_a_killed_worker_ran_is_run_by_another(
    idearc: Idearc, model_server: ModelServer
) -> None:
    model_server.gate.clear()
    with WorkerProcess() as first:
        idea_id = idearc.submit("", TEXT, new_id())
        eventually(lambda: len(model_server.requests) == 2)
        first.kill()
    with WorkerProcess():
        said = "Attempt 2 of 6. The one before failed: Its worker is gone"
        eventually(lambda: notes(idearc, idea_id) == said)
        model_server.gate.set()
        eventually(lambda: set(states(idearc, idea_id).values()) == {DONE})
    assert len(model_server.requests) == 4
    assert len(idearc.findings(JOBS["features"], idea_id)) == 7


def test_a_worker_that_is_asked_to_end_finishes_what_it_runs(
    idearc: Idearc, model_server: ModelServer
) -> None:
    model_server.gate.clear()
    with WorkerProcess() as worker:
        idea_id = idearc.submit("", TEXT, new_id())
        eventually(lambda: len(model_server.requests) == 2)
        threading.Timer(2, model_server.gate.set).start()
        assert worker.terminate() == 0
        assert set(states(idearc, idea_id).values()) == {DONE}
    assert len(model_server.requests) == 2


def test_what_takes_too_long_for_a_worker_that_ends_is_handed_back(
    idearc: Idearc, model_server: ModelServer
) -> None:
    model_server.gate.clear()
    with WorkerProcess("--grace-seconds", "1") as worker:
        idea_id = idearc.submit("", TEXT, new_id())
        eventually(lambda: len(model_server.requests) == 2)
        assert worker.terminate() == 0
    assert sum("handed back" in line for line in worker.log) == 2
    eventually(lambda: "Its worker was stopped" in notes(idearc, idea_id))
    with worker_here():
        model_server.gate.set()
        eventually(lambda: set(states(idearc, idea_id).values()) == {DONE})
    assert len(model_server.requests) == 4


def test_while_temporal_is_away_nothing_is_lost_and_nothing_is_made_up(
    model_server: ModelServer, idearc: Idearc, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = TemporalServer()
    monkeypatch.setenv("TEMPORAL_ADDRESS", server.address)
    idearc = build(read_settings())
    model_server.gate.clear()
    with worker_here():
        before = idearc.submit("", TEXT, new_id())
        eventually(lambda: len(model_server.requests) == 2)
        server.stop()
        meanwhile = idearc.submit("", TEXT, new_id())
        for idea_id in (before, meanwhile):
            there = progress(idearc, idea_id)
            assert there.state is State.UNKNOWN
            assert f"Temporal at {server.address}, which runs the jobs, can't be" in there.note
        idearc.retry("features", meanwhile)  # raises nothing
        idearc.delete(idearc.submit("", TEXT, new_id()))  # neither
        server.start()
        model_server.gate.set()
        eventually(lambda: set(states(idearc, before).values()) == {DONE})
        assert set(states(idearc, meanwhile).values()) == {FAILED}
        assert "Temporal knows nothing of this" in notes(idearc, meanwhile)
        for job_name in JOBS:
            idearc.retry(job_name, meanwhile)
        eventually(lambda: set(states(idearc, meanwhile).values()) == {DONE})
    server.close()


def test_the_workflows_of_a_deleted_idea_are_cancelled(
    idearc: Idearc, model_server: ModelServer
) -> None:
    idea_id = idearc.submit("", TEXT, new_id())
    idea = idearc.idea(idea_id)
    idearc.delete(idea_id)
    with worker_here():
        eventually(
            lambda: (
                {job.note for job in idearc.progress([idea])[idea_id].values()}
                == {"This was cancelled in Temporal. Try again."}
            )
        )
    assert model_server.requests == []


def test_what_was_ended_in_temporal_can_be_tried_again(
    idearc: Idearc, temporal: TemporalServer
) -> None:
    idea_id = idearc.submit("", TEXT, new_id())
    temporal.terminate(f"{idea_id}:features")
    assert states(idearc, idea_id) == {"competitors": WORKING, "features": FAILED}
    assert notes(idearc, idea_id) == "This was terminated in Temporal. Try again."
    idearc.retry("features", idea_id)
    assert states(idearc, idea_id)["features"] is WORKING


def test_a_namespace_that_is_not_there_is_told(
    idearc: Idearc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "nowhere")
    idearc = build(read_settings())
    there = progress(idearc, idearc.submit("", TEXT, new_id()))
    assert there.state is State.UNKNOWN
    assert "nowhere is not found" in there.note


@pytest.mark.parametrize(
    ("variable", "value", "why"),
    [
        ("TEMPORAL_ADDRESS", "127.0.0.1:9", "which runs the jobs, can't be reached."),
        ("TEMPORAL_NAMESPACE", "nowhere", "refuses to answer (not_found: Namespace nowhere is"),
        ("TEMPORAL_ADDRESS", "http://127.0.0.1:9", "not a host and a port like 127.0.0.1:7233"),
        ("IDEARC_DATABASE_URL", "postgresql://me:secret@127.0.0.1:9/x", "Connection refused"),
        ("IDEARC_MAX_JOBS", "none", "IDEARC_MAX_JOBS='none' can't be used"),
    ],
)
def test_a_worker_that_cant_work_says_why(
    idearc: Idearc, variable: str, value: str, why: str
) -> None:
    command = [sys.executable, "-m", "idearc", "worker"]
    nowhere = {**os.environ, variable: value}
    done = subprocess.run(command, env=nowhere, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert why in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr


def test_a_server_that_never_answers_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setenv("IDEARC_RUNNER", "temporal")
        idearc = build(read_settings())
        there = progress(idearc, idearc.submit("", TEXT, new_id()))
        assert there.state is State.UNKNOWN
        (said,) = [words for name, _, words in examine() if name == "Temporal"]
        assert "can't be reached" in said


def test_the_advice_of_a_failure_is_left_to_its_last(
    idearc: Idearc, model_server: ModelServer
) -> None:
    """Until then nobody has to try again."""
    goes_on = threading.Event()
    refused = Reply(status=429, headers={"Retry-After": "2"})
    model_server.script["features"] = [refused, Reply(goes_on=goes_on)]
    idea_id = idearc.submit("", TEXT, new_id())
    with worker_here():
        eventually(lambda: "Attempt 2" in notes(idearc, idea_id))
        assert notes(idearc, idea_id).endswith("answered 429: too many requests")
        goes_on.set()


def test_a_worker_with_another_database_says_so(
    idearc: Idearc, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And leaves the job to others, if there are any."""
    monkeypatch.setenv("IDEARC_MAX_ATTEMPTS", "2")
    idearc = build(read_settings())
    idea_id = idearc.submit("", TEXT, new_id())
    monkeypatch.setenv("IDEARC_DATABASE_URL", f"sqlite:///{tmp_path / 'other.db'}")
    with worker_here():
        eventually(lambda: set(states(idearc, idea_id).values()) == {FAILED})
    assert "IDEARC_DATABASE_URL is the same for all" in notes(idearc, idea_id)
