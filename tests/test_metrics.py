"""What an operator can watch: metrics as Prometheus reads them, and the line of log a minute."""

import re
import urllib.request
from collections.abc import Callable

import psutil
import pytest
from app_server import COMMAND, AppServer
from conftest import TEXT, quiet
from model_server import ModelServer
from playwright.sync_api import Page, expect
from processes import free_port
from prometheus_client.parser import text_string_to_metric_families
from search_server import SearchServer
from temporal_server import TemporalServer, WorkerProcess
from test_browser import open_tab, submit, tab, wait_until
from test_core import eventually, states

from idearc import __version__
from idearc.bootstrap import build
from idearc.errors import ProviderError, SearchError
from idearc.jobs import JOBS
from idearc.metrics import Metrics
from idearc.models import new_id
from idearc.preview import Note
from idearc.progress import State
from idearc.searchers.polite import PoliteSearcher
from idearc.searchers.searxng import SearxngSearcher
from idearc.settings import read_settings


def read(port: int) -> dict[str, float]:
    """Its values, without buckets."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    assert not re.search(r"[{,](job|instance)=", text)  # Prometheus gives these by itself
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith("_bucket")
    }


def test_metrics_are_there_before_the_first_visitor_and_tell_of_runs(
    new_page: Callable[[], Page], model_server: ModelServer
) -> None:
    port = free_port()
    with AppServer(
        command=[COMMAND],
        OPENAI_BASE_URL=model_server.url,
        IDEARC_MAX_JOBS="1",
        IDEARC_METRICS_PORT=str(port),
    ) as app:
        assert read(port)[f"idearc_info {__version__}"] == 1
        model_server.gate.clear()
        page = new_page()
        submit(page, app)
        expect(page.get_by_text("Looking for competitors")).to_be_visible()
        wait_until(page, lambda: len(model_server.requests) == 1)
        now = read(port)
        assert (now["idearc_runs_live"], now["idearc_runs_waiting"]) == (1, 1)
        assert now["idearc_run_seconds_count competitors ended"] == 0
        model_server.gate.set()
        expect(tab(page, JOBS["competitors"])).to_have_text("Competitors · 3")
        open_tab(page, "features")
        expect(page.get_by_role("heading", name="Must have")).to_be_visible()
        eventually(lambda: not read(port)["idearc_runs_live"])
        now = read(port)
        for job in ("competitors", "features"):
            assert now[f"idearc_run_seconds_count {job} ended"] == 1
            assert now[f"idearc_run_seconds_sum {job} ended"] > 0
            assert now[f"idearc_run_seconds_count {job} failed"] == 0
        assert now["idearc_runs_waiting"] == 0
        assert now["process_resident_memory_bytes"] > 1e6
        listening = psutil.Process(app.pid).net_connections()
        assert {one.laddr.ip for one in listening if one.laddr.port == port} == {"127.0.0.1"}


def test_a_worker_counts_what_it_runs(
    temporal: TemporalServer,
    postgres_url: str,
    model_server: ModelServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IDEARC_DATABASE_URL", postgres_url)
    monkeypatch.setenv("IDEARC_RUNNER", "temporal")
    monkeypatch.setenv("OPENAI_BASE_URL", model_server.url)
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal.address)
    idearc = build(read_settings())
    port = free_port()
    with WorkerProcess(IDEARC_METRICS_PORT=f"127.0.0.1:{port}") as worker:
        idea_id = idearc.submit("", TEXT, new_id())
        eventually(lambda: set(states(idearc, idea_id).values()) == {State.DONE})
        eventually(lambda: not read(port)["idearc_runs_live"])
        for job_name in JOBS:
            assert read(port)[f"idearc_run_seconds_count {job_name} ended"] == 1
        # A second process that is given the same port works all the same, and says so.
        with WorkerProcess(IDEARC_METRICS_PORT=str(port)) as second:
            assert f"IDEARC_METRICS_PORT={port} can't be used" in "".join(second.log)
        assert worker.terminate() == 0


def fails(_job_name: str, _idea_id: str, _note: Note) -> None:
    raise ProviderError("It is away.")


def test_the_line_of_a_minute_says_what_there_was_and_nothing_where_there_was_nothing() -> None:
    metrics = Metrics(["features"])
    assert metrics.minute() == ""
    metrics.count_runs(lambda *_: None)("features", "1", quiet)
    for _ in range(2):
        with pytest.raises(ProviderError):
            metrics.count_runs(fails)("features", "1", quiet)
    said = metrics.minute()
    assert said.startswith(
        "live=0 waiting=0 ended=1 failed=2 failed_within_an_hour=2 run_seconds=0"
    )
    assert metrics.minute() == ""
    metrics.count_waiting(lambda: 3)
    assert metrics.minute().startswith("live=0 waiting=3 ended=0 failed=0 failed_within_an_hour=2 ")
    for _ in range(60):
        metrics.minute()
    assert "failed_within_an_hour=0" in metrics.minute()


def test_the_line_is_logged_by_itself(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="idearc.metrics")
    metrics = Metrics(["features"])
    metrics.log_each_minute(seconds=0.05)
    metrics.count_runs(lambda *_: None)("features", "1", quiet)
    eventually(lambda: " ended=1 failed=0" in caplog.text)


def test_searches_are_counted_where_somebody_is_asked(search_server: SearchServer) -> None:
    metrics = Metrics(["features"])
    searcher = PoliteSearcher(
        SearxngSearcher(search_server.url), pause=0, counted=metrics.count_search
    )
    for phrase in ("salon", "salon", "gaps"):  # what is known is not asked again
        searcher.search(phrase)
    search_server.status = 429
    with pytest.raises(SearchError):
        searcher.search("hours")
    assert metrics.minute().endswith(" searches_ended=2 searches_failed=1")
