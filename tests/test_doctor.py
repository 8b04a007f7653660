"""The doctor: what it looks at, and what it says of what is wrong."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import API_KEY
from model_server import ModelServer, Reply
from postgres_server import PostgresServer
from search_server import SearchServer
from temporal_server import TemporalServer, worker_here
from test_core import eventually

from idearc.bootstrap import build
from idearc.database import migrate
from idearc.doctor import examine
from idearc.settings import read_settings


def wrong() -> dict[str, str]:
    return {name: words for name, is_well, words in examine() if not is_well}


@pytest.fixture
def well(
    model_server: ModelServer,
    temporal: TemporalServer,
    postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {
        "IDEARC_DATABASE_URL": postgres_url,
        "IDEARC_RUNNER": "temporal",
        "OPENAI_API_KEY": API_KEY,
        "OPENAI_BASE_URL": model_server.url,
        "TEMPORAL_ADDRESS": temporal.address,
    }.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("well")
def test_where_all_is_well_it_says_what_is_used() -> None:
    with worker_here():
        eventually(lambda: not wrong())
        said = {name: words for name, _, words in examine()}
    assert list(said) == ["settings", "database", "Temporal", "model", "search"]
    assert re.search(r", \d+ workers?$", said["Temporal"])
    assert said["model"].startswith("example-model at 127.0.0.1:")


@pytest.mark.usefixtures("well")
@pytest.mark.parametrize(
    ("variable", "value", "name", "words"),
    [
        ("IDEARC_RUNNER", "threads?", "settings", "'threads' or 'temporal'"),
        ("IDEARC_DATABASE_URL", "postgresql://me:secret@127.0.0.1:9/x", "database", "refused"),
        ("TEMPORAL_ADDRESS", "127.0.0.1:9", "Temporal", "can't be reached. Check that"),
        ("TEMPORAL_NAMESPACE", "nowhere", "Temporal", "nowhere is not found"),
        ("OPENAI_BASE_URL", "http://127.0.0.1:9/v1", "model", "can't be reached"),
        ("OPENAI_BASE_URL", "https://[::1]:9/v1", "model", "SSL_CERT_FILE='/gone' can't be read"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, name: str, words: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/gone")
    monkeypatch.setenv(variable, value)
    problems = wrong()
    assert words in problems[name]
    assert not any(secret in str(problems) for secret in ("secret", API_KEY))


@pytest.mark.usefixtures("well")
def test_a_page_that_is_no_api_is_told(model_server: ModelServer) -> None:
    model_server.listing = Reply(body=b"<html>Ollama is running</html>")
    assert "answered in a form that can't be read" in wrong()["model"]


@pytest.mark.usefixtures("well")
def test_a_model_may_go_without_its_latest(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    model_server.models = ["llama3.2:latest"]
    monkeypatch.setenv("IDEARC_MODEL", "llama3.2")
    assert "model" not in wrong()


@pytest.mark.usefixtures("well")
@pytest.mark.parametrize("listing", [Reply(), Reply(status=404)])
def test_a_model_that_is_not_listed_is_asked(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, listing: Reply
) -> None:
    monkeypatch.setenv("IDEARC_MODEL", "other")
    model_server.listing = listing
    said = {name: words for name, _, words in examine()}["model"]
    assert said.startswith("other (not listed there) at 127.0.0.1:")
    model_server.refuses = [lambda _request: Reply(status=404, error={"message": "no other"})]
    assert "no other" in wrong()["model"]
    if listing.status == 200:
        few = "offers no model 'other', but example-embed, example-model. Asked for it all the same"
        assert few in wrong()["model"]


@pytest.mark.usefixtures("well")
def test_an_address_without_its_path_is_told_with_a_model_too(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As LM Studio answers there, which is no error by its status."""
    no_such_path = Reply(body=b'{"error": "Unexpected endpoint or method. (GET /models)"}')
    monkeypatch.setenv("IDEARC_MODEL", "m")
    model_server.listing, model_server.refuses = no_such_path, [lambda _request: no_such_path]
    assert "Check that OPENAI_BASE_URL ends where the API begins" in wrong()["model"]


@pytest.mark.usefixtures("well")
def test_a_key_that_is_missing_is_no_wrong_one(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    model_server.listing = Reply(status=401)
    assert "the API key was refused. Check OPENAI_API_KEY" in wrong()["model"]
    monkeypatch.delenv("OPENAI_API_KEY")
    assert "the API key was refused. There is none: set OPENAI_API_KEY" in wrong()["model"]


@pytest.mark.usefixtures("well")
def test_without_a_path_the_address_is_doubted_first(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    model_server.listing = Reply(status=404)
    name, path = (
        "Name one with IDEARC_MODEL",
        "Check that OPENAI_BASE_URL ends where the API begins",
    )
    assert re.search(f"{name}.+{path}", wrong()["model"])
    monkeypatch.setenv("OPENAI_BASE_URL", model_server.url.removesuffix("/v1"))
    assert re.search(f"{path}.+{name}", wrong()["model"])


def test_a_variable_that_it_does_not_read_is_named_here_and_in_the_log(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", model_server.url)
    monkeypatch.setenv("IDEARC_MODELL", "m")
    assert wrong().keys() == {"variables"}
    assert "Idearc doesn't read IDEARC_MODELL. Is IDEARC_MODEL meant?" in wrong()["variables"]
    build(read_settings())
    assert caplog.text.count("Idearc doesn't read IDEARC_MODELL.") == 1


def test_no_password_is_shown(monkeypatch: pytest.MonkeyPatch, postgres: PostgresServer) -> None:
    address = postgres.url("postgres")
    monkeypatch.setenv("IDEARC_DATABASE_URL", f"{address}?password=secret")
    migrate(address)
    said = {name: words for name, _, words in examine()}
    assert said["database"].startswith("postgresql://postgres@127.0.0.1")
    assert "secret" not in str(said)


@pytest.mark.usefixtures("well")
def test_without_a_worker_or_a_table_it_says_which_command_helps(
    monkeypatch: pytest.MonkeyPatch, postgres: PostgresServer
) -> None:
    monkeypatch.setenv("IDEARC_DATABASE_URL", postgres.url(postgres.new_database()))
    fresh = TemporalServer()
    monkeypatch.setenv("TEMPORAL_ADDRESS", fresh.address)
    problems = wrong()
    fresh.close()
    assert "idearc migrate" in problems["database"]
    assert "no worker" in problems["Temporal"]
    assert "idearc worker" in problems["Temporal"]


def test_the_small_model_is_looked_at_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert (
        "is fetched with the first idea" in {name: words for name, _, words in examine()}["model"]
    )
    monkeypatch.setenv("IDEARC_MODEL_PATH", __file__)
    assert "is no model" in wrong()["model"]


# Python runs it at its start. The driver of the database breaks in a way that nobody foresees.
BREAKS = """
import sqlite3, sqlite3.dbapi2
def connect(*_, **__):
    raise KeyError("sk-secret")
sqlite3.connect = sqlite3.dbapi2.connect = connect
"""


@pytest.mark.parametrize("command", ["doctor", "migrate", "restore old.db", "backup new.db"])
def test_what_nobody_foresaw_is_one_line_and_where_it_came_from_on_demand(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("sitecustomize.py").write_text(BREAKS)
    for name in ("old.db", "idearc.db"):
        Path(name).write_bytes(b"SQLite format 3\0")
    monkeypatch.setenv("PYTHONPATH", ".")
    for more in ([], ["--verbose"]):
        arguments = [*command.split(), *more]
        done = subprocess.run(
            [sys.executable, "-m", "idearc", *arguments], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 1
        line = "Something went wrong inside Idearc (KeyError). Try again; with --verbose it says"
        assert line in done.stdout + done.stderr
        assert ("Traceback" in done.stderr) is bool(more)
        assert more or "sk-secret" not in done.stdout + done.stderr


def test_ctrl_c_ends_it_without_a_traceback(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", model_server.url)
    monkeypatch.setenv("IDEARC_MODEL", "not-listed")
    model_server.gate.clear()
    command = [sys.executable, "-m", "idearc", "doctor"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as doctor:
        eventually(lambda: len(model_server.requests) == 1)
        doctor.send_signal(signal.SIGINT)
        _, said = doctor.communicate(timeout=60)
    assert doctor.returncode == 130
    assert "Traceback" not in said


def test_a_searxng_of_ones_own_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with SearchServer() as server:
        monkeypatch.setenv("IDEARC_SEARCH", server.url)
        said = {name: words for name, _, words in examine()}
        assert said["search"].endswith(", 5 results for “weather”")
        server.status = 403
        assert "settings.yml" in wrong()["search"]


@pytest.mark.parametrize("is_well", [True, False])
def test_its_exit_status_tells_a_script(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, is_well: bool
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", model_server.url if is_well else "http://127.0.0.1:9/v1")
    command = [sys.executable, "-m", "idearc", "doctor"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    lines = [line.split()[0] for line in done.stdout.splitlines()]
    assert lines == ["ok", "ok", "ok" if is_well else "WRONG", "ok"]
    assert done.returncode == (0 if is_well else 1)
