"""The life of an idea in real Chromium: what visitors do with it after its results are there."""

import re
from collections.abc import Callable, Iterator

import pytest
from app_server import AppServer
from conftest import move_to
from model_server import ModelServer
from playwright.sync_api import Page, expect
from test_browser import submit, tab

from idearc.jobs import JOBS

COMPETITORS, FEATURES = JOBS["competitors"], JOBS["features"]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AppServer, ModelServer]]:
    place = tmp_path_factory.mktemp("app")
    with pytest.MonkeyPatch.context() as patch, ModelServer() as model:
        move_to(place, patch)
        patch.setenv("IDEARC_TICK_SECONDS", "0.5")
        with AppServer(OPENAI_BASE_URL=model.url) as app:
            yield app, model


@pytest.fixture
def app(servers: tuple[AppServer, ModelServer]) -> AppServer:
    return servers[0]


@pytest.fixture
def model_server(servers: tuple[AppServer, ModelServer]) -> Iterator[ModelServer]:
    yield servers[1]
    servers[1].forget()


def test_delete_asks_first_and_is_told_wherever_the_idea_is_open(
    page: Page, app: AppServer, model_server: ModelServer, new_page: Callable[[], Page]
) -> None:
    model_server.gate.clear()
    submit(page, app, name="Salon gaps")
    elsewhere = new_page()
    elsewhere.goto(page.url)
    expect(elsewhere.get_by_text("Looking for competitors")).to_be_visible()

    delete = page.get_by_role("button", name="Delete", exact=True)
    question = page.get_by_role("dialog")
    delete.click()
    expect(question.get_by_text("“Salon gaps” goes for good")).to_be_visible()
    question.get_by_role("button", name="Keep it").click()
    expect(question).to_have_count(0)
    delete.click()
    expect(question).to_be_visible()
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)

    delete.click()
    expect(question).to_be_visible()
    model_server.gate.set()
    expect(tab(page, COMPETITORS)).to_have_text("Competitors · 3")
    page.wait_for_timeout(1_000)  # some ticks
    expect(question).to_be_visible()  # what comes in meanwhile does not close it
    question.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("“Salon gaps” is deleted.")).to_be_visible()
    expect(page.get_by_role("link", name="Salon gaps")).to_have_count(0)

    elsewhere.reload()
    gone = "There is no idea at this address. Perhaps it was deleted"
    expect(elsewhere.get_by_text(gone)).to_be_visible()
    page.go_back()
    expect(page.get_by_text(gone)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_who_waits_for_an_idea_hears_that_it_is_deleted(
    page: Page, app: AppServer, model_server: ModelServer, new_page: Callable[[], Page]
) -> None:
    model_server.gate.clear()
    submit(page, app)
    elsewhere = new_page()
    elsewhere.goto(page.url)
    expect(elsewhere.get_by_text("Looking for competitors")).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete for good").click()
    page.wait_for_url(re.compile("/ideas"))
    expect(elsewhere.get_by_text("There is no idea at this address.")).to_be_visible()
    expect(elsewhere.locator("iframe")).to_have_count(0)  # no timer
