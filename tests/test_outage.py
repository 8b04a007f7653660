"""A team's database is down at the start, or later for a while: nobody restarts the app."""

import re
from collections.abc import Callable

from app_server import AppServer
from conftest import TEXT
from model_server import ModelServer
from playwright.sync_api import Page, expect
from postgres_server import PostgresServer
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
        "IDEARC_TICK_SECONDS": "0.5",
        "OPENAI_BASE_URL": model_server.url,
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
