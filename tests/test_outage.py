"""What a team runs is down at the start, or later for a while: nobody restarts the app."""

import re
import threading
from collections.abc import Callable

import pytest
from app_server import LOOK_OFTEN, AppServer
from conftest import TEXT
from model_server import ModelServer, Reply
from playwright.sync_api import Page, expect
from postgres_server import PostgresServer
from temporal_server import TemporalServer, WorkerProcess
from test_browser import WORKSPACE, fill_in, open_tab, submit, tab, wait_until

from idearc.database import migrate
from idearc.jobs import JOBS
from idearc.store import Store

DOWN = re.compile("The database can't be used: .* Check IDEARC_DATABASE_URL")


def test_a_database_that_was_down_is_used_again(
    model_server: ModelServer, new_page: Callable[[], Page]
) -> None:
    database = PostgresServer()
    url = database.url(database.new_database())
    migrate(url)
    database.stop()
    settings = {
        "IDEARC_DATABASE_URL": url,
        "OPENAI_BASE_URL": model_server.url,
        **LOOK_OFTEN,  # after its last tick the page would tell of the outage
    }
    with AppServer(**settings) as app:
        page = new_page()
        page.goto(app.url)
        expect(page.get_by_text(DOWN)).to_be_visible()
        database.start()
        page.get_by_role("button", name="Load the page again").click()
        expect(page.get_by_label("Your idea")).to_be_visible()

        model_server.gate.clear()
        submit(page, app)
        wait_until(page, lambda: len(model_server.requests) == 2)
        database.stop()
        other = new_page()
        fill_in(other, app)
        other.get_by_role("button", name="Submit idea").click()
        expect(other.get_by_text(DOWN)).to_be_visible()
        page.wait_for_timeout(2_000)  # some ticks
        expect(page.get_by_text("Looking for competitors")).to_be_visible()
        expect(page.get_by_text(DOWN)).to_have_count(0)
        model_server.gate.set()  # the answers come, and can't be kept
        wait_until(page, lambda: app.live_runs == 0)  # each has tried to
        database.start()
        for name in ("competitors", "features"):
            open_tab(page, name)
            expect(page.get_by_text(DOWN)).to_be_visible()
            page.get_by_role("button", name="Try again").click()
            expect(tab(page, JOBS[name])).to_have_text(re.compile(r"\d"))
        other.get_by_role("button", name="Submit idea").click()
        other.wait_for_url(WORKSPACE)

    store = Store(url)
    newer, older = store.ideas(limit=3)
    assert (newer.text, older.text, len(store.results([older.id]))) == (TEXT, TEXT, 2)
    store.close()
    database.close()


def test_the_tabs_say_what_temporal_says(
    model_server: ModelServer,
    monkeypatch: pytest.MonkeyPatch,
    new_page: Callable[[], Page],
) -> None:
    temporal = TemporalServer()
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal.address)
    monkeypatch.setenv("OPENAI_BASE_URL", model_server.url)
    monkeypatch.setenv("IDEARC_TICK_SECONDS", "0.5")
    with AppServer(IDEARC_RUNNER="temporal") as app:
        page = new_page()
        submit(page, app)
        expect(page.get_by_text("Waiting for a worker")).to_be_visible()
        overdue = page.get_by_text("This is taking longer than usual")
        expect(overdue).to_be_visible()
        page.get_by_role("button", name="Check again").click()
        expect(overdue).to_have_count(0)

        app.kill()
        app.environment |= LOOK_OFTEN  # workers, and Temporal, may take long to start
        app.start()
        page.reload()
        goes_on = threading.Event()
        refused = Reply(status=401, goes_on=goes_on)
        model_server.script["competitors"] = [Reply(status=500), refused]
        with WorkerProcess():
            expect(page.get_by_text("Attempt 2 of 6")).to_be_visible()
            goes_on.set()
            expect(page.get_by_text("answered 401: the API key was refused")).to_be_visible()
            model_server.gate.clear()
            page.get_by_role("button", name="Try again").click()
            expect(page.get_by_text("Looking for competitors")).to_be_visible()
            temporal.stop()
            away = page.get_by_text(f"Temporal at {temporal.address}, which runs the jobs, can't")
            expect(away).to_be_visible()
            expect(tab(page, JOBS["competitors"])).to_have_text("Competitors · not known")
            temporal.start()
            # Away for long, its worker counts as gone, and the attempt is made once more.
            goes_on_or_again = "^(Looking for competitors|Attempt 2 .*: Its worker is gone)"
            expect(page.get_by_text(re.compile(goes_on_or_again))).to_be_visible()
            expect(tab(page, JOBS["competitors"])).to_have_text("Competitors · working")
            model_server.gate.set()
            expect(page.get_by_role("link", name="Name 1")).to_be_visible()
            expect(page.locator("iframe")).to_have_count(0)
    assert model_server.asked("competitors") in {3, 4}
    temporal.close()
