"""Without a key, with the real model of 1.1 GB: what a newcomer meets, and that nothing is left."""

import re
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from app_server import LOOK_OFTEN, AppServer
from conftest import TEXT
from model_server import ModelServer
from platformdirs import user_cache_path
from playwright.sync_api import Page, expect
from test_browser import content, open_tab, submit, wait_until
from test_embedded import servers

PATIENCE = 400_000  # milliseconds: two cores fetch, load and write in half of it
STARTING = re.compile("(Fetching|Checking|Loading) the model")
WRITING = re.compile(r"(Looking for competitors|Thinking of features) · [1-9]\d* s")


@pytest.fixture
def newcomers_app() -> Iterator[AppServer]:
    """Fetches the model as a user's does, once for all runs of the tests on a machine."""
    kept = {"XDG_DATA_HOME": str(user_cache_path("idearc-tests", ensure_exists=True))}
    # A model that was loaded a moment ago is there again within two seconds.
    patience = {**LOOK_OFTEN, "IDEARC_JOB_TIMEOUT": f"{PATIENCE / 1000:.0f}"}
    # Else it depends on the test's speed what a run still has to do.
    with AppServer(**kept, **patience, IDEARC_WARM_UP="0") as app:
        yield app


def the_models_server(app: AppServer) -> psutil.Process:
    (server,) = servers(app.pid)
    return server


def test_the_small_model_answers_survives_and_leaves_with_the_app(
    page: Page, newcomers_app: AppServer, tmp_path: Path
) -> None:
    app = newcomers_app
    page.goto(app.url)
    expect(page.get_by_text("A small model on this machine answers.")).to_be_visible()
    submit(page, app)
    expect(page.get_by_text(STARTING)).to_be_visible()
    open_tab(page, "features")
    expect(page.get_by_text("Waiting for the model: next in line")).to_be_visible()

    open_tab(page, "competitors")
    expect(page.get_by_text("Kinds of alternatives, from a small local model.")).to_be_visible(
        timeout=PATIENCE
    )
    links = content(page).get_by_role("link")
    expect(links.nth(7)).to_be_visible()  # four kinds at least, each with its name and its search
    for link in links.all():
        assert re.match(r"https://duckduckgo\.com/\?q=[^ ]+$", str(link.get_attribute("href")))

    # Its server is killed while it writes: told at once, and the next run starts it again.
    open_tab(page, "features")
    expect(page.get_by_text(WRITING)).to_be_visible(timeout=PATIENCE)
    killed = the_models_server(app)
    killed.kill()
    expect(page.get_by_text("The model on this machine can't be reached")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    for title in ("Must have", "Should have", "Could have"):
        expect(page.get_by_role("heading", name=title)).to_be_visible(timeout=PATIENCE)

    # The app is killed while it writes: no process is left.
    submit(page, app, text=f"{TEXT} Again.")
    expect(page.get_by_text(WRITING)).to_be_visible(timeout=PATIENCE)
    server = the_models_server(app)
    assert server != killed
    psutil.Process(app.pid).kill()
    psutil.wait_procs([server], timeout=20)
    assert not server.is_running()


def test_a_server_on_its_usual_port_is_named_and_not_used(
    page: Page, newcomers_app: AppServer
) -> None:
    with ModelServer(port=11434) as ollama:
        page.goto(newcomers_app.url)
        expect(page.get_by_text("Ollama answers here: set")).to_be_visible()
        page.get_by_role("button", name="How to connect").click()
        expect(page.get_by_text("which searches the web")).to_be_visible()
        page.keyboard.press("Escape")
        submit(page, newcomers_app)
        wait_until(page, lambda: bool(servers(newcomers_app.pid)))
        assert the_models_server(newcomers_app).is_running()
        assert ollama.requests == []


def test_the_model_gets_ready_while_somebody_writes_an_idea(page: Page, tiny_model: Path) -> None:
    with AppServer(IDEARC_MODEL_PATH=str(tiny_model)) as app:
        page.goto(f"{app.url}/ideas")
        expect(page.get_by_text("None yet.")).to_be_visible()
        page.wait_for_timeout(4_000)  # twice as long as it waits for the first page
        assert servers(app.pid) == []
        page.goto(app.url)
        wait_until(page, lambda: bool(servers(app.pid)))
        page.get_by_label("Your idea").fill(TEXT)
        page.reload()
        expect(page.get_by_label("Your idea")).to_be_visible()
        page.wait_for_timeout(4_000)
        assert the_models_server(app).is_running()
