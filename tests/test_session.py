"""What comes to an open workspace by itself, in real Chromium, long before its next tick."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from app_server import AppServer
from conftest import TEXT, example_findings, move_to
from model_server import ModelServer, Reply
from playwright.sync_api import BrowserContext, Page, expect
from streamlit.testing.v1 import AppTest
from test_browser import (
    INVALID_KEY,
    content,
    expect_all_is_drawn,
    expect_findings,
    let_runs_end,
    open_tab,
    submit,
    tab,
    wait_until,
)

from idearc.jobs import JOBS
from idearc.providers import Answer, Provenance
from idearc.store import Store


@pytest.fixture(scope="module")
def model_server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("app")


@pytest.fixture(scope="module")
def app(place: Path, model_server: ModelServer) -> Iterator[AppServer]:
    """Its ticks come later than any test here waits."""
    with pytest.MonkeyPatch.context() as patch:
        move_to(place, patch)
        settings = {"OPENAI_BASE_URL": model_server.url, "IDEARC_TICK_SECONDS": "60"}
        with AppServer(**settings) as app:
            yield app


@pytest.fixture
def store(place: Path, app: AppServer) -> Iterator[Store]:
    store = Store(f"sqlite:///{place / 'idearc.db'}")
    yield store
    store.close()


@pytest.fixture(autouse=True)
def _begin_anew(app: AppServer, model_server: ModelServer) -> None:
    let_runs_end(app, model_server)
    model_server.gate.clear()


def expect_working(page: Page) -> None:
    for job in JOBS.values():
        expect(tab(page, job)).to_have_text(f"{job.label} · working")


def test_an_answer_comes_at_once(page: Page, app: AppServer, model_server: ModelServer) -> None:
    submit(page, app)
    expect_working(page)
    model_server.gate.set()
    for name, job in JOBS.items():
        expect(tab(page, job)).to_have_text(f"{job.label} · {len(example_findings(job))}")
        open_tab(page, name)
        expect_findings(page)


def test_what_another_process_has_stored_comes_at_once(
    page: Page, app: AppServer, store: Store
) -> None:
    submit(page, app)
    expect_working(page)
    (idea,) = store.ideas(limit=1)
    answer = Answer(example_findings(JOBS["competitors"]), Provenance("Another", "model", 1, 2))
    assert store.save(JOBS["competitors"], idea.id, answer, seconds=1)
    expect_findings(page)
    expect(tab(page, JOBS["features"])).to_have_text("Features · working")


def test_a_failure_and_anothers_retry_come_at_once(
    page: Page, profile: BrowserContext, app: AppServer, model_server: ModelServer
) -> None:
    model_server.script["competitors"] = [INVALID_KEY]
    submit(page, app)
    expect_working(page)
    elsewhere = profile.new_page()
    elsewhere.goto(page.url)
    expect_working(elsewhere)
    model_server.gate.set()
    for each in (page, elsewhere):
        expect(each.get_by_text("the API key was refused")).to_be_visible()

    model_server.gate.clear()
    elsewhere.get_by_role("button", name="Try again").click()
    expect(tab(page, JOBS["competitors"])).to_have_text("Competitors · working")
    elsewhere.close()  # who left is in nobody's way
    model_server.gate.set()
    expect_findings(page)


def test_nothing_that_is_open_changes_when_the_other_answer_comes(
    page: Page, app: AppServer, store: Store
) -> None:
    submit(page, app, text=f"{TEXT} " * 12)
    expect_working(page)
    (idea,) = store.ideas(limit=1)
    provenance = Provenance("Another", "model", 1, 2, ["salons"], ["https://a.example/salons"])
    answers = {name: Answer(example_findings(job), provenance) for name, job in JOBS.items()}
    assert store.save(JOBS["features"], idea.id, answers["features"], seconds=1)
    open_tab(page, "features")
    expect_findings(page)
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_role("checkbox", name="Name 1")).to_be_checked()
    page.get_by_role("checkbox", name="Name 1").press("Space")  # out of the first version
    expect(page.get_by_text("First version: 2 of 7")).to_be_visible()
    page.get_by_text("Pages that the search returned").click()
    expect(page.get_by_role("link", name="a.example/salons")).to_be_visible()
    page.mouse.wheel(0, -400)  # away from the end, which moves up when no timer is left
    page.wait_for_timeout(500)
    place = content(page).bounding_box()

    assert store.save(JOBS["competitors"], idea.id, answers["competitors"], seconds=1)
    expect(tab(page, JOBS["competitors"])).to_have_text("Competitors · 3")
    page.wait_for_timeout(500)
    expect(page.get_by_role("button", name="Show less")).to_be_visible()
    expect(page.get_by_text("First version: 2 of 7")).to_be_visible()
    expect(page.get_by_role("link", name="a.example/salons")).to_be_visible()
    expect(tab(page, JOBS["features"])).to_have_attribute("aria-selected", "true")
    assert content(page).bounding_box() == place


def test_what_is_being_written_stays_when_an_answer_comes(
    page: Page, app: AppServer, model_server: ModelServer
) -> None:
    runs: list[object] = []

    def note(run: object) -> None:  # Playwright takes no method of a list
        runs.append(run)

    page.on("websocket", lambda socket: socket.on("framereceived", note))
    submit(page, app)
    expect_working(page)
    page.get_by_role("link", name="New idea").click()
    page.get_by_label("Your idea").fill("Another idea, not yet")
    page.wait_for_timeout(1_000)
    expect_all_is_drawn(page)
    runs.clear()
    model_server.gate.set()
    page.wait_for_timeout(1_500)
    assert not runs  # nobody's business here
    expect(page.get_by_label("Your idea")).to_have_value("Another idea, not yet")


CLICK_ON_FEATURES = """milliseconds => {
    const all = root => [...root.querySelectorAll("*")].flatMap(
        one => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]);
    const features = all(document).find(
        one => one.role === "tab" && one.textContent.startsWith("Features"));
    setTimeout(() => features.click(), milliseconds);
}"""


def test_a_click_is_not_lost_when_an_answer_comes(
    page: Page, app: AppServer, model_server: ModelServer
) -> None:
    for milliseconds in (0, 50, 100, 150, 200, 250):
        model_server.gate.clear()
        submit(page, app)
        expect_working(page)
        page.evaluate(CLICK_ON_FEATURES, milliseconds)
        model_server.gate.set()
        for job in JOBS.values():
            expect(tab(page, job)).to_have_text(f"{job.label} · {len(example_findings(job))}")
        expect(page.get_by_text("First version: 3 of 7")).to_be_visible()
        expect(tab(page, JOBS["features"])).to_have_attribute("aria-selected", "true")
        expect(page).to_have_url(re.compile("tab=features"))


CLICK_ON_TRY_AGAIN = CLICK_ON_FEATURES.replace(
    'one.role === "tab" && one.textContent.startsWith("Features")',
    'one.tagName === "BUTTON" && one.textContent === "Try again"',
)


def test_a_click_on_a_button_counts_once_when_an_answer_comes(
    page: Page, app: AppServer, store: Store, model_server: ModelServer
) -> None:
    model_server.gate.set()
    model_server.always["competitors"] = INVALID_KEY
    model_server.always["features"] = Reply(seconds_per_byte=1)  # somebody else is quicker
    features = Answer(example_findings(JOBS["features"]), Provenance("Another", "model", 1, 2))
    for milliseconds in (0, 100, 200, 300, 400, 500):
        model_server.requests.clear()
        submit(page, app)
        expect(page.get_by_text("the API key was refused")).to_be_visible()
        expect(page.get_by_role("button", name="Try again")).to_be_visible()
        (idea,) = store.ideas(limit=1)
        page.evaluate(CLICK_ON_TRY_AGAIN, milliseconds)
        assert store.save(JOBS["features"], idea.id, features, seconds=1)
        expect(tab(page, JOBS["features"])).to_have_text("Features · 7")
        wait_until(page, lambda: model_server.asked("competitors") == 2)
        expect(tab(page, JOBS["competitors"])).to_have_text("Competitors · failed")
        page.wait_for_timeout(500)
        assert model_server.asked("competitors") == 2


def a_page_of_other_streamlits() -> None:
    import streamlit as st
    from streamlit.runtime import Runtime

    from idearc.views.session import this_session

    st.text(repr(this_session()))
    Runtime.instance().get_app_session = lambda _id: object()
    st.text(repr(this_session()))
    del Runtime.instance().get_app_session
    st.text(repr(this_session()))


def test_where_the_inside_of_streamlit_is_another_it_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = AppTest.from_function(a_page_of_other_streamlits)
    with caplog.at_level(logging.WARNING, logger="idearc"):
        usual, *others = app.run().run().text
    assert usual.value.startswith("Session(")
    assert [other.value for other in others] == ["None", "None"]
    for name in ("_client_state", "get_app_session"):
        assert caplog.text.count(f"has no {name}: open pages look for results by") == 1
