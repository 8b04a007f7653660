"""The main job in real Chromium, against the real server, with a model's server of our own."""

import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from app_server import LOOK_OFTEN, AppServer
from axe_playwright_python.sync_playwright import Axe
from conftest import TEXT, an_idea, example_findings, move_to
from model_server import ModelServer, Reply
from playwright.sync_api import Browser, Locator, Page, Route, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from test_core import eventually

from idearc.jobs import JOBS, Job
from idearc.jobs.competitors import CompetitorFields, FoundCompetitors
from idearc.markdown import search_url
from idearc.models import Share
from idearc.providers import Answer, Provenance
from idearc.store import Store

WORKSPACE = re.compile(r"/workspace\?idea=[0-9a-f]{32}")
INVALID_KEY = Reply(status=401)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)

Send = Callable[[bytes], None]


@dataclass(frozen=True)
class Servers:
    app: AppServer
    model: ModelServer
    settings: dict[str, str]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """The same for all tests here: a start takes seconds."""
    place = tmp_path_factory.mktemp("app")
    with pytest.MonkeyPatch.context() as patch, ModelServer() as model:
        move_to(place, patch)
        settings = {
            "IDEARC_DATABASE_URL": f"sqlite:///{place / 'idearc.db'}",
            "OPENAI_BASE_URL": model.url,
            **LOOK_OFTEN,
        }
        with AppServer(**settings) as app:
            yield Servers(app, model, settings)


@pytest.fixture
def app(servers: Servers) -> AppServer:
    return servers.app


@pytest.fixture
def model_server(servers: Servers) -> ModelServer:
    return servers.model


@pytest.fixture
def store(servers: Servers) -> Iterator[Store]:
    store = Store(servers.settings["IDEARC_DATABASE_URL"])
    yield store
    store.close()


@pytest.fixture(autouse=True)
def _begin_anew(servers: Servers, model_server: ModelServer, store: Store) -> None:
    """Without an idea, a run or a request; the store has made the tables."""
    path = servers.settings["IDEARC_DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA foreign_keys = ON")
        database.execute("DELETE FROM idea")
        database.commit()
    let_runs_end(servers.app, model_server)


def let_runs_end(app: AppServer, model_server: ModelServer) -> None:
    """Those of the test before; the model's server is as new then."""
    model_server.forget()
    eventually(lambda: app.live_runs == 0)
    model_server.forget()  # what they have asked meanwhile


def fill_in(page: Page, app: AppServer, text: str = TEXT, name: str = "") -> None:
    page.goto(app.url)
    page.get_by_label("Your idea").fill(text)
    page.get_by_label("Name (optional)").fill(name)


def submit(page: Page, app: AppServer, text: str = TEXT, name: str = "") -> None:
    fill_in(page, app, text, name)
    page.get_by_role("button", name="Submit idea").click()
    page.wait_for_url(WORKSPACE)


def tab(page: Page, job: Job) -> Locator:
    return page.get_by_role("tab", name=re.compile(f"^{job.label} · "))


def open_tab(page: Page, name: str) -> None:
    tab(page, JOBS[name]).click()


def wait_until(page: Page, condition: Callable[[], bool]) -> None:
    for _ in range(600):  # so long waits only what hangs, on a busy machine, too
        if condition():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come")


def handle_messages(page: Page, handle: Callable[[bytes, Send], None]) -> None:
    """Has `handle` decide what the server gets of each message of the browser."""

    def connect(browser: WebSocketRoute) -> None:
        send = browser.connect_to_server().send
        browser.on_message(lambda message: handle(message, send))

    page.route_web_socket("**/_stcore/stream", connect)


def content(page: Page) -> Locator:
    return page.locator(".st-key-content")


def expect_all_is_drawn(page: Page) -> None:
    """Of what runs now for this page, which has begun.

    Streamlit's page fetches the script of a kind of element when the first of it comes.
    """
    there = page.get_by_test_id("stApp")
    expect(there).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)


def expect_findings(page: Page) -> None:
    """On cards: a table's cells are drawn on a canvas, and what screen readers read is hidden."""
    on_a_card = content(page).get_by_text("What 1").filter(visible=True).first
    expect(on_a_card).to_be_visible()


def test_from_the_idea_to_all_contents(
    page: Page, app: AppServer, model_server: ModelServer
) -> None:
    model_server.gate.clear()
    submit(page, app, name="Salon gaps")
    expect(page.get_by_role("heading", name="Salon gaps")).to_be_visible()
    expect(page.get_by_text(TEXT)).to_be_visible()
    expect(page).to_have_title("Working · Salon gaps")
    expect(page.get_by_text(re.compile("Looking for competitors · [1-9] s"))).to_be_visible()
    for name, job in JOBS.items():
        expect(tab(page, job)).to_have_text(f"{job.label} · working")
        open_tab(page, name)
        expect(page.get_by_text(re.compile(rf"{job.doing} · \d+ s"))).to_be_visible()

    model_server.gate.set()
    for name, job in JOBS.items():
        expect(tab(page, job)).to_have_text(f"{job.label} · {len(example_findings(job))}")
        open_tab(page, name)
        expect_findings(page)
        foot = content(page).get_by_text(re.compile("example-model · .*120 tokens"))
        expect(foot).to_have_count(1)  # that of the tab before is gone
    open_tab(page, "competitors")
    expect(page.get_by_role("link", name="Name 1")).to_have_attribute(
        "href", re.compile(r"^https://[^/]+/\?q=Name\+1$")
    )
    expect(page.get_by_text("not checked on the web")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    expect(page.locator("iframe")).to_have_count(0)  # nothing is left to wait for: no timer


def test_one_job_fails_and_is_retried_while_the_others_stay(
    page: Page, app: AppServer, model_server: ModelServer
) -> None:
    model_server.script["competitors"] = [INVALID_KEY]
    submit(page, app)
    expect(page.get_by_text("answered 401: the API key was refused.")).to_be_visible()
    open_tab(page, "features")
    expect(page.get_by_role("heading", name="Must have")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    expect(tab(page, JOBS["competitors"])).to_have_text("Competitors · failed")

    open_tab(page, "competitors")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("link", name="Name 1")).to_be_visible()
    assert {job: model_server.asked(job) for job in JOBS} == {
        **dict.fromkeys(JOBS, 1),
        "competitors": 2,
    }


def test_a_message_that_comes_late_tries_nothing_again(
    page: Page, app: AppServer, model_server: ModelServer
) -> None:
    """A tick or a click that was under way brings the former state of "Try again" once more."""
    sent: list[bytes] = []
    sends: list[Send] = []

    def keep(message: bytes, send: Send) -> None:
        sent.append(message)
        sends.append(send)
        send(message)

    def last_with(words: bytes) -> bytes | None:
        return next((message for message in reversed(sent) if words in message), None)

    def send_late(message: bytes | None) -> None:
        assert message
        sends[-1](message)
        page.wait_for_timeout(1_000)

    def asks(times: int) -> bool:
        return model_server.asked("competitors") == times

    handle_messages(page, keep)
    model_server.always["competitors"] = INVALID_KEY
    model_server.always["features"] = Reply(seconds_per_byte=1)  # the ticks go on
    submit(page, app)
    for times in (2, 3):
        page.get_by_role("button", name="Try again").click()
        wait_until(page, lambda times=times: asks(times))
        expect(tab(page, JOBS["competitors"])).to_have_text("Competitors · failed")
        page.wait_for_timeout(1_000)
        for clicks in range(1, times):
            send_late(last_with(f'{{"clicks":{clicks}}}'.encode()))
            assert asks(times)

    tick = last_with(b'{"clicks":2}')
    open_tab(page, "features")
    expect(page.get_by_text("Thinking of features")).to_be_visible()
    page.wait_for_timeout(1_000)  # the server has put the button away
    send_late(tick)
    open_tab(page, "competitors")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    assert asks(3)
    page.get_by_role("button", name="Try again").dblclick()
    wait_until(page, lambda: asks(4))
    page.wait_for_timeout(1_000)
    assert asks(4)


def test_a_tick_that_meets_a_link_does_not_empty_the_page(
    page: Page, app: AppServer, model_server: ModelServer
) -> None:
    """It comes while the other page makes its first run, and is one of the page before."""
    ticks: list[bytes] = []
    late: list[bytes] = []

    def send_a_tick_again(message: bytes, send: Send) -> None:
        send(message)
        rerun = BackMsg.FromString(message).rerun_script
        if rerun.fragment_id:
            ticks.append(message)
        elif "refine=" in rerun.query_string and not late:
            late.append(ticks[-1])
            send(ticks[-1])

    handle_messages(page, send_a_tick_again)
    model_server.gate.clear()
    submit(page, app)
    wait_until(page, lambda: len(ticks) > 1)
    page.get_by_role("link", name="Refine").click()
    wait_until(page, lambda: bool(late))
    page.wait_for_timeout(1_000)
    expect(page.get_by_role("heading", name="Refine your idea")).to_be_visible()
    page.get_by_role("button", name="Submit idea").click()
    expect(page.get_by_text("refined from 1")).to_be_visible()


def test_a_click_that_comes_along_with_a_tick_counts(
    page: Page, app: AppServer, model_server: ModelServer
) -> None:
    """Streamlit's browser may make one message of both, of the tick: here no other is sent."""
    is_kept_back = False

    def keep_back(message: bytes, send: Send) -> None:
        is_click = not BackMsg.FromString(message).rerun_script.fragment_id
        if not (is_click and is_kept_back):
            send(message)

    handle_messages(page, keep_back)
    model_server.always["competitors"] = Reply(seconds_per_byte=1)  # the ticks go on
    submit(page, app)
    expect(tab(page, JOBS["features"])).to_have_text("Features · 7")
    is_kept_back = True
    open_tab(page, "features")
    expect(page.get_by_text("First version: 3 of 7")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_the_form_fetches_the_scripts_that_a_workspace_needs(page: Page, app: AppServer) -> None:
    scripts: list[str] = []
    page.on("request", lambda request: scripts.append(request.url.rpartition("/")[2]))
    fill_in(page, app)
    wait_until(page, lambda: needed(scripts) == {"BidiComponent"})
    scripts.clear()
    page.get_by_role("button", name="Submit idea").click()
    expect(tab(page, JOBS["features"])).to_be_visible()
    assert not needed(scripts)


def needed(scripts: list[str]) -> set[str]:
    """Those of what stands above the tabs, and of the tabs themselves."""
    return {name.split(".")[0] for name in scripts} & {"BidiComponent"}


def test_after_24_ticks_it_says_so_and_a_retry_starts_a_new_round(
    page: Page, servers: Servers, model_server: ModelServer
) -> None:
    with AppServer(**servers.settings | {"IDEARC_MAX_TICKS": "24"}) as app:
        model_server.gate.clear()
        submit(page, app)
        overdue = content(page).get_by_text("taking longer than usual")
        expect(overdue).to_be_visible()
        page.wait_for_timeout(2_000)
        expect(overdue).to_be_visible()  # a dead timer does not bring the spinner back

        page.get_by_role("button", name="Check again").click()
        expect(page.get_by_text(re.compile(r"Looking for competitors · \d+ s"))).to_be_visible()
        assert model_server.asked("competitors") == 1  # what was live is not started twice
        model_server.gate.set()
        expect(page.get_by_role("link", name="Name 1")).to_be_visible()
        assert model_server.asked("competitors") == 1


def test_a_tick_without_news_draws_nothing_anew(
    page: Page, app: AppServer, model_server: ModelServer
) -> None:
    drawn: list[str] = []
    ends: list[int] = []
    tick_ended = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY

    def look_into(frame: bytes | str) -> None:
        assert isinstance(frame, bytes)
        message = ForwardMsg.FromString(frame)
        if message.delta.HasField("new_element"):
            drawn.append(message.delta.new_element.component_instance.component_name)
        elif message.HasField("script_finished"):
            ends.append(message.script_finished)

    page.on("websocket", lambda socket: socket.on("framereceived", look_into))
    model_server.gate.clear()
    submit(page, app)
    expect(page.get_by_text("Looking for competitors")).to_be_visible()
    wait_until(page, lambda: tick_ended in ends)  # at its first tick it prepares for what comes
    drawn.clear()
    ends.clear()
    wait_until(page, lambda: ends.count(tick_ended) >= 3)
    # On a slow machine a tick may end the one before.
    assert {*ends} <= {tick_ended, ForwardMsg.FINISHED_EARLY_FOR_RERUN}
    assert set(drawn) == {"streamlit_autorefresh.st_autorefresh"}  # else it would go


def test_reload_and_deep_link(
    page: Page, new_page: Callable[[], Page], app: AppServer, model_server: ModelServer
) -> None:
    model_server.gate.clear()
    submit(page, app)
    open_tab(page, "features")
    page.wait_for_url(re.compile("tab=features"))
    page.reload()
    expect(page.get_by_text("Thinking of features")).to_be_visible()

    elsewhere = new_page()
    elsewhere.goto(page.url)
    expect(elsewhere.get_by_text("Thinking of features")).to_be_visible()
    model_server.gate.set()
    for each in (page, elsewhere):
        expect(each.get_by_role("heading", name="Must have")).to_be_visible()
    assert [model_server.asked(job) for job in JOBS] == [1] * len(JOBS)


def test_back_leads_through_the_tabs_that_were_open(page: Page, app: AppServer) -> None:
    submit(page, app)
    for job in JOBS.values():
        expect(tab(page, job)).to_have_text(f"{job.label} · {len(example_findings(job))}")
    expect(page.locator("iframe")).to_have_count(0)  # a tick in between could undo a step
    for name in ("features", "competitors", "features"):
        open_tab(page, name)
        expect(tab(page, JOBS[name])).to_have_attribute("aria-selected", "true")
        page.wait_for_url(re.compile(f"tab={name}"))
    for name in ("competitors", "features", "competitors"):
        page.go_back()
        expect(tab(page, JOBS[name])).to_have_attribute("aria-selected", "true")
    page.go_forward()
    expect(page.get_by_role("heading", name="Must have")).to_be_visible()


def test_many_clicks_are_one_idea(
    page: Page, app: AppServer, model_server: ModelServer, store: Store
) -> None:
    for attempt, clicks in enumerate((2, 3), start=1):
        fill_in(page, app, text=f"{TEXT} {attempt}")
        page.get_by_role("button", name="Submit idea").click(click_count=clicks)
        page.wait_for_url(WORKSPACE)
        expect(page.get_by_role("link", name="Name 1")).to_be_visible()
        page.wait_for_timeout(500)  # a late click would have come by now
        assert store.count_ideas() == attempt
        assert [model_server.asked(job) for job in JOBS] == [attempt] * len(JOBS)


def test_back_and_reload_of_the_form_make_no_second_idea(
    page: Page, app: AppServer, store: Store
) -> None:
    submit(page, app)
    page.go_back()
    expect(page.get_by_label("Your idea")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Your idea")).to_have_value("")
    assert store.count_ideas() == 1

    submit(page, app)  # the same words again, on purpose, are a second idea
    assert store.count_ideas() == 2


WATCH_ALERTS = """() => {
    window.standsAlone = false;
    const is = (what) => document.querySelector(what);
    new MutationObserver(() => { standsAlone ||= is("[role=alert]") && !is("textarea"); })
        .observe(document.body, { childList: true, subtree: true });
}"""


def test_bad_input_is_explained_and_what_was_typed_stays(
    page: Page, app: AppServer, store: Store
) -> None:
    fill_in(page, app, text="Too short", name="Mine")
    page.get_by_role("button", name="Submit idea").click()
    expect(page.get_by_text("The idea has 9 characters; at least 10 are needed.")).to_be_visible()
    expect(page.get_by_label("Your idea")).to_have_value("Too short")
    expect(page.get_by_label("Name (optional)")).to_have_value("Mine")

    for text, count in (("x" * 1_000_000, "1,000,000"), (" \n\u200b\u202e" * 99, "0")):
        page.get_by_label("Your idea").fill(text)
        page.get_by_role("button", name="Submit idea").click()
        expect(page.get_by_text(f"The idea has {count} characters;")).to_be_visible()
    page.get_by_label("Your idea").fill("x" * 4_001)
    page.get_by_role("button", name="Submit idea").click()
    expect(page.get_by_text("The idea has 4,001 characters; at most 4,000 fit.")).to_be_visible()
    assert store.count_ideas() == 0

    page.evaluate(WATCH_ALERTS)
    page.get_by_label("Your idea").fill("x" * 4_000)
    page.get_by_role("button", name="Submit idea").click()
    page.wait_for_url(WORKSPACE)
    expect(page.get_by_role("heading", name="Mine")).to_be_visible()
    assert store.count_ideas() == 1
    assert not page.evaluate("window.standsAlone")  # what was wrong is mended by then


def kill(app: AppServer, page: Page) -> None:
    """Once the page is whole: what it fetches from a server that is down is lost to it."""
    expect_all_is_drawn(page)
    app.kill()


def restart(page: Page, app: AppServer) -> None:
    """Kills the server and starts it anew; at the end the browser is connected again."""
    there = page.get_by_test_id("stApp")
    kill(app, page)
    expect(there).not_to_have_attribute("data-test-connection-state", "CONNECTED")
    app.start()
    expect(there).to_have_attribute("data-test-connection-state", "CONNECTED")


def test_a_killed_server_is_told_and_nothing_doubles(
    page: Page, app: AppServer, model_server: ModelServer, store: Store
) -> None:
    model_server.gate.clear()
    submit(page, app)
    expect(page.get_by_text(re.compile("Looking for competitors · [1-9]"))).to_be_visible()
    kill(app, page)
    model_server.gate.set()
    app.start()

    for job in JOBS.values():  # without a click
        expect(tab(page, job)).to_have_text(f"{job.label} · interrupted")
    for name, job in JOBS.items():
        open_tab(page, name)
        expect(content(page).get_by_text("This was interrupted")).to_be_visible()
        page.get_by_role("button", name="Try again").click()
        expect_findings(page)
        expect(tab(page, job)).to_have_text(f"{job.label} · {len(example_findings(job))}")

    (idea,) = store.ideas(limit=10)
    assert len(store.results([idea.id])) == len(JOBS)
    for job in JOBS.values():
        assert len(store.findings(job, idea.id)) == len(example_findings(job))

    # Nor does a click get lost that comes after one.
    open_tab(page, "features")
    expect(page.get_by_text("First version: ")).to_be_visible()
    page.reload()  # so that a whole page was the last to run
    before = page.get_by_text(re.compile(r"First version: \d")).inner_text()
    delete = page.get_by_role("button", name="Delete", exact=True)
    delete.click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(delete).to_be_focused()
    ends: list[bool] = []

    def look_into(frame: bytes | str) -> None:
        if isinstance(frame, bytes) and ForwardMsg.FromString(frame).HasField("script_finished"):
            ends.append(True)

    page.on("websocket", lambda socket: socket.on("framereceived", look_into))
    restart(page, app)
    wait_until(page, lambda: bool(ends))  # the page has run on the server that was started anew
    page.get_by_role("checkbox").first.click(force=True)
    after = page.get_by_text(re.compile(r"First version: \d"))
    expect(after).not_to_have_text(before)
    expect(page.get_by_role("dialog")).to_have_count(0)  # it was answered before
    delete.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    changed = after.inner_text()
    page.reload()
    expect(after).to_have_text(changed)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_form_that_was_open_over_a_restart_is_still_good(
    page: Page, app: AppServer, store: Store
) -> None:
    fill_in(page, app)
    restart(page, app)
    page.get_by_role("button", name="Submit idea").click()
    page.wait_for_url(WORKSPACE)
    expect(page.get_by_role("link", name="Name 1")).to_be_visible()
    expect(page.get_by_role("link", name="New idea")).to_be_visible()  # in the app's own frame
    assert store.count_ideas() == 1


def test_another_server_on_the_same_database_knows_that_it_works(
    page: Page,
    new_page: Callable[[], Page],
    app: AppServer,
    servers: Servers,
    model_server: ModelServer,
) -> None:
    """Also one that nobody has visited yet."""
    with AppServer(**servers.settings) as other:
        model_server.gate.clear()
        submit(page, app)
        elsewhere = new_page()
        elsewhere.goto(page.url.replace(app.url, other.url))
        expect(
            elsewhere.get_by_text(re.compile(r"Looking for competitors · \d+ s"))
        ).to_be_visible()
        model_server.gate.set()
        for each in (page, elsewhere):
            expect(each.get_by_role("link", name="Name 1")).to_be_visible()
        assert model_server.asked("competitors") == 1


def test_times_are_those_of_the_visitor(
    new_page: Callable[[], Page], app: AppServer, store: Store
) -> None:
    idea = store.add_idea(an_idea(created_at=datetime(2026, 11, 23, 12, 30, tzinfo=UTC)))[0]
    # Chromium says "Etc/Unknown" where the system has no time zone.
    for timezone, hour in {"Asia/Kolkata": "18:00", "Etc/Unknown": "12:30"}.items():
        page = new_page()
        page.add_init_script(
            "const usual = Intl.DateTimeFormat.prototype.resolvedOptions;"
            "Intl.DateTimeFormat.prototype.resolvedOptions = function () {"
            f"return {{...usual.call(this), timeZone: '{timezone}'}} }}"
        )
        page.goto(f"{app.url}/workspace?idea={idea.id}")
        expect(page.get_by_text(f"23 Nov 2026, {hour}")).to_be_visible()


def test_an_unknown_address_is_friendly(page: Page, app: AppServer) -> None:
    for address in ("", "?idea=", "?idea=nonsense", "?idea=%00%27--", f"?idea={'0' * 32}"):
        page.goto(f"{app.url}/workspace{address}")
        expect(page.get_by_text("There is no idea at this address.")).to_be_visible()
        page.get_by_role("link", name="Go to the start page").click()
        expect(page.get_by_label("Your idea")).to_be_visible()


def test_the_list_leads_to_the_workspaces(
    page: Page, app: AppServer, model_server: ModelServer
) -> None:
    page.goto(f"{app.url}/ideas")
    expect(page.get_by_text("None yet.")).to_be_visible()
    model_server.script["competitors"] = [INVALID_KEY]
    submit(page, app, name="The first")
    expect(page.get_by_text("answered 401")).to_be_visible()
    expect(tab(page, JOBS["features"])).to_have_text("Features · 7")
    submit(page, app, name="The second")
    expect(page.get_by_role("link", name="Name 1")).to_be_visible()
    expect(tab(page, JOBS["features"])).to_have_text("Features · 7")

    page.get_by_role("link", name="Ideas").click()
    expect(page.get_by_text("Competitors: failed")).to_have_count(1)
    expect(page.get_by_text("3 competitors, 7 features")).to_have_count(1)
    expect(page.get_by_text("7 features")).to_have_count(2)
    names = page.get_by_role("link", name=re.compile("The (first|second)"))
    expect(names).to_have_text(["The second", "The first"])
    page.get_by_label("Search").fill("first")
    page.keyboard.press("Enter")
    expect(names).to_have_text(["The first"])
    page.wait_for_url(re.compile(r"/ideas\?search=first"))
    names.last.click()
    page.wait_for_url(WORKSPACE)
    expect(page.get_by_text("answered 401")).to_be_visible()


HOSTILE = [
    "<script>document.title='owned'</script>",
    "<img src=http://127.0.0.1:9/html.png onerror=alert(1)>",
    "![x](http://127.0.0.1:9/image.png)",
    "[x](javascript:alert(1))",
    ":red[x] :material/home: **bold** `code` # no heading",
    "a -> b <-> c -- d >= e --flag, $1 and $2",
    "https://evil.test www.evil.test me@evil.test",
]


def seen(locator: Locator) -> str:
    """Its text, without the joiners that nobody sees."""
    return locator.inner_text().replace("\u2060", "")


def test_hostile_text_is_shown_as_text_and_loads_nothing(
    page: Page, app: AppServer, model_server: ModelServer, store: Store
) -> None:
    asked_for, dialogs = [], []

    def check(panel: Locator, job_name: str, times: int) -> None:
        """Each text is seen as it was written, and links lead to searches and nowhere else."""
        expect_all_is_drawn(page)
        shown = seen(panel)
        for text in HOSTILE:
            assert shown.count(text) >= times, f"{text} in {shown}"
        links = [str(link.get_attribute("href")) for link in panel.locator("a").all()]
        assert links == (list(map(search_url, HOSTILE)) if job_name == "competitors" else [])

    page.on("request", lambda request: asked_for.append(request.url))
    page.on("dialog", lambda dialog: (dialogs.append(dialog), dialog.dismiss()))
    competitors = [
        {
            **dict.fromkeys(("name", "what", "pricing"), text),
            **{field: [text] for field in ("strengths", "weaknesses")},
            "kind": "direct",
        }
        for text in HOSTILE
    ]
    features = [
        {**dict.fromkeys(("name", "what", "why", "weakness"), text), "effort": "S"}
        for text in HOSTILE
    ]
    lists = {"must": features[:3], "should": features[3:5], "could": features[5:]}
    model_server.always = {
        "competitors": Reply(json.dumps({"competitors": competitors})),
        "features": Reply(json.dumps({"users": "", **lists})),
    }
    # Found on the web, it comes with addresses too.
    addresses = [
        CompetitorFields(**one, url=url, sources=[one["name"]], evidence=one["name"])
        for one, url in zip(competitors, ["javascript:alert(1)", *HOSTILE[1:]], strict=True)
    ]
    searched = store.add_idea(an_idea(name="Searched"))[0]
    found = Answer(addresses, Provenance("OpenAI", "m", 1, 2, HOSTILE, HOSTILE))
    store.save(JOBS["competitors"], searched.id, found, 0)
    for name in HOSTILE:
        store.add_idea(an_idea(name=name, created_at=LONG_AGO))

    page.goto(f"{app.url}/workspace?idea={searched.id}")
    expect(page.get_by_text("Searched the web for")).to_be_visible()
    check(content(page), "competitors", times=6)
    submit(page, app, text=f"{' '.join(HOSTILE)} {TEXT}", name=HOSTILE[5])
    expect(content(page).get_by_text("example-model ·")).to_be_visible()  # its last line
    assert seen(page.get_by_role("heading").first) == HOSTILE[5]
    check(content(page), "competitors", times=5)
    open_tab(page, "features")
    expect(content(page).get_by_role("checkbox")).to_have_count(len(HOSTILE))
    check(content(page), "features", times=4)  # its chip may shorten it
    page.goto(f"{app.url}/ideas")
    links = page.get_by_test_id("stMain").get_by_role("link")
    expect(links).to_have_count(2 + 2 + len(HOSTILE))
    expect_all_is_drawn(page)
    names = [seen(link) for link in links.all()][2:]
    assert sorted(names) == sorted(["Searched", HOSTILE[5], *HOSTILE])

    assert not dialogs
    assert page.title() != "owned"
    assert [url for url in asked_for if not url.startswith((app.url, "data:", "blob:"))] == []


def a_competitor(text: str) -> CompetitorFields:
    return CompetitorFields(
        name=text, kind="direct", what=text, strengths=[text], weaknesses=[text], url=text
    )


def test_hostile_text_is_text_in_every_other_place_too(
    page: Page, app: AppServer, model_server: ModelServer, store: Store
) -> None:
    """In reasons, questions, versions, what is known, what is shared, and the form."""
    asked_for, dialogs = [], []
    page.on("request", lambda request: asked_for.append(request.url))
    page.on("dialog", lambda dialog: (dialogs.append(dialog), dialog.dismiss()))
    all_of_it = " ".join(HOSTILE)
    first = store.add_idea(an_idea(name=HOSTILE[1], text=all_of_it, known=HOSTILE))[0]
    # Before the server was started: its jobs were interrupted.
    line = {"line_id": first.line_id, "parent_version": 1, "created_at": LONG_AGO}
    second = store.add_idea(an_idea(name=HOSTILE[2], text=all_of_it, known=HOSTILE, **line))[0]
    competitors = [a_competitor(text) for text in HOSTILE]
    for idea, found in ((first, competitors[:4]), (second, competitors[2:])):
        answer = Answer(found, Provenance(HOSTILE[2], HOSTILE[1], 1, 2, [], []))
        store.save(JOBS["competitors"], idea.id, answer, 0)
    store.add_share(Share(idea_id=first.id))
    shared = store.share(first.id)
    assert shared

    page.goto(f"{app.url}/compare?idea={second.id}")
    expect(page.get_by_text("Kept: 2")).to_be_visible()
    for text in HOSTILE:
        expect(page.locator(".stMain")).to_contain_text(text, use_inner_text=True)
    page.goto(f"{app.url}/shared?link={shared.id}")
    expect(page.get_by_text("Shared with you, to read")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("<img src=")
    page.goto(f"{app.url}/?refine={first.id}")
    expect(page.get_by_label("Known competitors (optional)")).to_have_value("\n".join(HOSTILE))
    page.goto(f"{app.url}/ideas?search={quote(HOSTILE[3])} nowhere")
    expect(page.get_by_text("No idea holds “[x](javascript:alert(1)) nowhere”")).to_be_visible()

    for text, end in ((HOSTILE[1], "onerror=alert(1)>"), (HOSTILE[2], "image.png)")):
        model_server.always["features"] = Reply(status=400, error={"message": f"No {text}"})
        page.goto(f"{app.url}/workspace?idea={second.id}&tab=features")
        expect_all_is_drawn(page)
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("alert").filter(has_text=end)).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    question = page.get_by_role("dialog")
    expect(question.get_by_text("goes for good")).to_be_visible()
    expect_all_is_drawn(page)
    assert HOSTILE[2] in seen(question)
    expect(question.get_by_role("img", name="x")).to_have_count(0)

    assert not dialogs
    assert [url for url in asked_for if not url.startswith((app.url, "data:", "blob:"))] == []


def read_seconds(page: Page, job: Job, count: int) -> set[int]:
    """As many as `count` of those that the job's tab shows, which never go back."""
    elapsed = page.get_by_text(re.compile(rf"^{job.doing} · \d+ s"))
    expect(elapsed).to_be_visible()
    readings: list[int] = []
    while len({*readings}) < count:
        readings.append(int(elapsed.inner_text().split(" · ")[1].removesuffix(" s")))
    assert readings == sorted(readings)
    return {*readings}


WATCH_WIDTH = """() => {
    const main = document.querySelector("[data-testid=stMainBlockContainer]");
    window.widths = [];
    new ResizeObserver(() => widths.push(main.clientWidth)).observe(main);
}"""


def written(page: Page) -> Locator:
    """The entries of a preview."""
    return page.locator("[class*=st-key-written-] li")


def names_so_far(page: Page) -> list[str]:
    return [entry.inner_text().split("\n")[0] for entry in written(page).all()]


HTML = "Does <b>it</b>. ![x](https://evil.example/x.png) "
ENTRY = {"kind": "direct", "what": HTML * 3, "pricing": "", "strengths": ["S"]}
TEN = json.dumps(
    {"competitors": [{"name": f"Rival {at}", **ENTRY, "weaknesses": []} for at in range(10)]}
)
# All that a screen reader hears by itself, in components, too.
HEAR = """() => {
    window.heard = [];
    const roots = (root) => [root, ...[...root.querySelectorAll("*")].flatMap(
        (one) => one.shadowRoot ? roots(one.shadowRoot) : [])];
    const last = new Map();
    setInterval(() => roots(document).flatMap(
        (root) => [...root.querySelectorAll("[role=status], [role=alert], [aria-live]")]
    ).forEach((one) => {
        const said = one.textContent;
        if (said && last.get(one) !== said) window.heard.push(said);
        last.set(one, said);
    }), 50);
}"""


def test_entries_are_seen_as_they_are_written_by_everybody_at_any_time(
    page: Page,
    new_page: Callable[[], Page],
    app: AppServer,
    model_server: ModelServer,
    store: Store,
) -> None:
    model_server.always["competitors"] = Reply(pauses_at=3)
    submit(page, app, name="Salon gaps")
    tab_now = tab(page, JOBS["competitors"])
    expect(tab_now).to_have_text("Competitors · 2 so far")
    expect(tab(page, JOBS["features"])).to_have_text("Features · 7")
    expect(page).to_have_title("1 of 2 ready · Salon gaps")
    other = new_page()
    other.goto(page.url)
    for one in (page, other):
        expect(written(one)).to_have_count(2)
        assert names_so_far(one) == ["Name 1", "Name 2"]
    page.reload()
    expect(written(page)).to_have_count(2)
    expect(tab_now).to_have_text("Competitors · 2 so far")
    open_tab(page, "features")  # and back
    expect(page.get_by_role("heading", name="Must have")).to_be_visible()
    expect(written(page)).to_have_count(0)
    open_tab(page, "competitors")
    expect(written(page)).to_have_count(2)
    expect_all_is_drawn(other)
    first = written(other).first.locator("b")
    before = first.bounding_box()
    (idea,) = store.ideas(limit=10)
    assert not store.findings(JOBS["competitors"], idea.id)

    model_server.goes_on.set()
    for one in (page, other):
        expect(one.get_by_role("link", name="Name 3")).to_be_visible()
        expect(written(one)).to_have_count(0)
        expect(one).to_have_title("2 of 2 ready · Salon gaps")
    expect_all_is_drawn(other)
    after = other.get_by_role("heading", name="Name 1").bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) < 40  # it has not jumped
    assert abs(before["x"] - after["x"]) < 4


def test_a_failure_leaves_what_was_written_and_its_reason_first(
    page: Page, app: AppServer, model_server: ModelServer
) -> None:
    expired = b'data: {"error": {"code": 401, "message": "The key has expired."}}\n\n'
    whole = Reply(pauses_at=3, change_stream=lambda lines: [*lines[:-4], expired])
    model_server.script["competitors"] = [whole]
    submit(page, app)
    expect(written(page)).to_have_count(2)
    model_server.goes_on.set()
    reason = content(page).get_by_text("The key has expired.")
    expect(reason).to_be_visible()
    expect(written(page)).to_have_count(3)
    boxes = [one.bounding_box() for one in (reason, written(page).first)]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["y"] < boxes[1]["y"]
    expect(tab(page, JOBS["competitors"])).to_have_text("Competitors · failed")
    expect(tab(page, JOBS["features"])).to_have_text("Features · 7")
    expect(page).to_have_title(re.compile("^1 of 2 ready, failed · "))
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("link", name="Name 1")).to_be_visible()
    expect(written(page)).to_have_count(0)


def test_a_server_that_is_killed_in_the_middle_keeps_nothing_of_a_preview(
    page: Page, app: AppServer, model_server: ModelServer, store: Store
) -> None:
    model_server.always["competitors"] = Reply(pauses_at=3)
    submit(page, app)
    expect(written(page)).to_have_count(2)
    kill(app, page)
    app.start()
    expect(tab(page, JOBS["competitors"])).to_have_text("Competitors · interrupted")
    expect(content(page).get_by_text("This was interrupted")).to_be_visible()
    expect(written(page)).to_have_count(0)
    (idea,) = store.ideas(limit=10)
    assert not store.findings(JOBS["competitors"], idea.id)


def test_what_a_visitor_does_survives_ten_entries_that_come(
    page: Page, app: AppServer, model_server: ModelServer
) -> None:
    model_server.always["competitors"] = Reply(TEN, tokens_per_second=50, pauses_at=10)
    submit(page, app, text=f"{TEXT} " * 20)
    expect(tab(page, JOBS["features"])).to_have_text("Features · 7")
    page.evaluate(HEAR)
    expect(written(page).first).to_be_visible()
    open_tab(page, "features")
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_role("heading", name="Must have")).to_be_visible()
    page.get_by_role("button", name="Share").click()  # it stays open
    chosen = page.get_by_role("checkbox").nth(4)
    expect(page.get_by_role("button", name="Make a link")).to_be_visible()
    page.keyboard.press("Escape")
    before = chosen.is_checked()
    chosen.click(force=True)
    main = page.get_by_test_id("stMain")
    main.evaluate("main => main.scrollTop = 300")
    expect(tab(page, JOBS["competitors"])).to_have_text("Competitors · 9 so far")
    assert main.evaluate("main => main.scrollTop") == 300
    expect(page.get_by_role("button", name="Show less")).to_be_visible()
    expect(chosen).to_be_checked(checked=not before)
    model_server.goes_on.set()
    expect(tab(page, JOBS["competitors"])).to_have_text("Competitors · 10")
    assert main.evaluate("main => main.scrollTop") == 300
    expect(page.get_by_role("button", name="Show less")).to_be_visible()
    expect(chosen).to_be_checked(checked=not before)
    heard = page.evaluate("heard")
    assert len(heard) == len(set(heard)) <= 3, heard  # one for each state, none for an entry


def test_what_was_read_of_a_preview_stays_where_it_is_when_the_result_comes(
    page: Page, app: AppServer, model_server: ModelServer
) -> None:
    model_server.always["competitors"] = Reply(TEN, pauses_at=10)
    page.set_viewport_size({"width": 380, "height": 700})
    submit(page, app)
    expect(written(page)).to_have_count(9)
    expect(written(page).first).to_contain_text(HTML)
    sixth = written(page).nth(5).locator("b")
    sixth.evaluate("one => one.scrollIntoView({ block: 'center' })")
    page.wait_for_timeout(300)
    main = page.get_by_test_id("stMain").bounding_box()
    assert main
    tops = [(one, one.bounding_box()) for one in written(page).all()]
    read = next(one for one, box in tops if box and box["y"] >= main["y"]).locator("b")
    name, box = read.inner_text(), read.bounding_box()
    assert box
    model_server.goes_on.set()
    heading = page.get_by_role("heading", name=name)
    expect(heading).to_be_visible()
    wait_until(page, lambda: abs((heading.bounding_box() or box)["y"] - box["y"]) < 5)
    after = heading.bounding_box()
    assert after
    assert abs(after["y"] - box["y"]) < 5


def test_the_seconds_move_and_what_is_open_stays_while_the_rest_arrives(
    page: Page, app: AppServer, model_server: ModelServer
) -> None:
    """Ticks of 0.5 s go on all the time; none of them closes anything."""
    competitors, features = JOBS["competitors"], JOBS["features"]
    model_server.script["competitors"] = [INVALID_KEY]
    model_server.always["features"] = Reply(seconds_per_byte=1)  # longer than all of this
    submit(page, app, text=f"{TEXT} " * 20)
    expect(page.get_by_text("answered 401")).to_be_visible()
    page.evaluate(WATCH_WIDTH)
    open_tab(page, "features")
    started = time.monotonic()
    read_seconds(page, features, count=5)
    assert 2 < time.monotonic() - started < 8  # one for each second, however busy the machine is

    # The seconds of a job that began later are its own, and so are those of the former again.
    model_server.gate.clear()
    open_tab(page, "competitors")
    page.get_by_role("button", name="Try again").click()
    of_later = read_seconds(page, competitors, count=3)
    open_tab(page, "features")
    assert min(read_seconds(page, features, count=3)) > max(of_later)
    open_tab(page, "competitors")

    page.get_by_role("button", name="Show all").click()
    page.wait_for_timeout(1_000)
    expect(page.get_by_role("button", name="Show less")).to_be_visible()
    model_server.gate.set()
    expect(page.get_by_role("link", name="Name 1")).to_be_visible()
    expect(page.get_by_role("button", name="Show less")).to_be_visible()
    assert len({*page.evaluate("widths")}) == 1  # no tick has shown another layout


def test_the_keyboard_alone_reaches_everything(
    page: Page, app: AppServer, model_server: ModelServer, store: Store
) -> None:
    def tab_to(role: str, name: str) -> None:
        reach(page.get_by_role(role, name=re.compile(name)).first)

    def reach(target: Locator) -> None:
        expect(target).to_be_visible()
        for _ in range(60):
            if target.evaluate("one => one.matches(':focus')"):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"no way to {target}")

    page.goto(app.url)
    tab_to("textbox", "Your idea")
    page.keyboard.type(f"{TEXT} " * 8)
    tab_to("textbox", "Known competitors")
    page.keyboard.type("name-1, Other")
    tab_to("button", "Submit idea")
    page.keyboard.press("Enter")
    page.wait_for_url(WORKSPACE)
    expect(page.get_by_text("you know it").first).to_be_visible()
    tab_to("button", "Show all")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Show less")).to_be_visible()
    tab_to("tab", "Competitors")
    for _ in JOBS:
        if not tab(page, JOBS["features"]).evaluate("one => one.matches(':focus')"):
            page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.get_by_text("First version: 3 of 7")).to_be_visible()
    tab_to("checkbox", "Name 1")
    page.keyboard.press("Space")
    expect(page.get_by_text("First version: 2 of 7")).to_be_visible()
    page.reload()
    expect(page.get_by_text("First version: 2 of 7")).to_be_visible()
    tab_to("button", "Export")
    page.keyboard.press("Enter")
    with page.expect_download() as download:
        tab_to("button", "Brief, as Markdown")
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(" brief.md")
    page.keyboard.press("Escape")
    tab_to("link", "Ideas")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/ideas$"))
    tab_to("button", "Import")
    page.keyboard.press("Enter")
    with page.expect_file_chooser():
        tab_to("button", "Upload")
        page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    tab_to("link", "New idea")
    page.keyboard.press("Enter")
    tab_to("link", "See an example")
    page.keyboard.press("Enter")
    expect(page.get_by_text("An example, all made up")).to_be_visible()
    reach(page.locator("summary", has_text="As a table"))
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()


ARABIC = "تطبيق لصالونات الحلاقة الصغيرة"
SIDE = """one => {
    const walk = document.createTreeWalker(one, NodeFilter.SHOW_TEXT), first = walk.nextNode();
    const letters = document.createRange(), around = one.getBoundingClientRect();
    letters.setStart(first, 0);
    letters.setEnd(first, 3);
    const there = letters.getBoundingClientRect();
    return there.left - around.left > around.right - there.right ? "right" : "left";
}"""


def test_each_text_stands_at_the_side_where_its_first_letter_begins(
    page: Page, app: AppServer, store: Store
) -> None:
    """On screen, in lists and in print; what is around it stays."""
    idea = store.add_idea(an_idea(name=f"{ARABIC}…", text=f"{ARABIC} جدا.\n\nAnd in English."))[0]
    fields = {"pricing": "", "url": "", "sources": [], "kind": "direct"}
    one = CompetitorFields(
        name="موعدك", what=f"{ARABIC} (app)", strengths=["سهل"], weaknesses=["معقد"], **fields
    )
    many = CompetitorFields(
        name="Fresh", what="Books.", strengths=["سهل", "Cheap"], weaknesses=[], **fields
    )
    said = Provenance("OpenAI", "m", 1, 2, [], [])
    store.save(JOBS["competitors"], idea.id, Answer([one, many], said), 20)
    page.goto(f"{app.url}/workspace?idea={idea.id}")
    expect(page.get_by_role("link", name="موعدك")).to_be_visible()
    expect_all_is_drawn(page)

    def side(place: Locator) -> str:
        return str(place.first.evaluate(SIDE))

    assert side(page.locator("p.heading")) == "right"
    cards = content(page)
    assert side(cards.get_by_role("heading", name="موعدك")) == "right"
    assert side(cards.get_by_role("heading", name="Fresh")) == "left"
    assert side(cards.get_by_test_id("stText").locator("span")) == "right"
    assert side(cards.get_by_test_id("stText").locator("span").nth(1)) == "left"
    lines = cards.locator(".point")  # for the ear: what the sign means
    assert lines.all_text_contents() == ["+Strength: سهل", "\u2212Weakness: معقد"]
    assert [one.evaluate("one => getComputedStyle(one).direction") for one in lines.all()] == [
        "rtl",
        "rtl",
    ]
    items = cards.locator("li").all()
    assert [item.evaluate("one => getComputedStyle(one).direction") for item in items] == [
        "rtl",
        "ltr",
    ]
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    printed = page.locator(".st-key-printed article > *").all()
    directions = [one.evaluate("one => getComputedStyle(one).direction") for one in printed]
    assert directions[:2] == ["rtl", "rtl"]
    assert directions[2] == "ltr"  # when it was written
    page.goto(f"{app.url}/ideas")
    name = page.get_by_role("link", name=ARABIC).locator("p")
    expect(name).to_be_visible()
    assert side(name) == "right"


def test_an_idea_without_a_name_is_headed_by_its_text_which_is_said_once(
    page: Page, app: AppServer, store: Store
) -> None:
    idea = store.add_idea(an_idea(name="Owners of small hair salons fill gaps:…"))[0]
    page.goto(f"{app.url}/workspace?idea={idea.id}")
    expect(page.get_by_text(TEXT)).to_be_visible()
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text("Owners of small hair salons fill gaps:…")
    around = page.locator(".st-key-unseen-title").bounding_box()
    assert around
    assert around["height"] <= 1  # for the ear alone


def test_a_timer_that_is_refused_is_told_once_and_results_come_all_the_same(
    new_page: Callable[[], Page], app: AppServer, model_server: ModelServer
) -> None:
    """As by a proxy that forbids all frames."""
    page = new_page()

    def refuse(route: Route) -> None:
        response = route.fetch()
        headers = {**response.headers, "x-frame-options": "DENY"}
        route.fulfill(response=response, headers=headers)

    page.route("**/component/streamlit_autorefresh**/**", refuse)
    model_server.gate.clear()
    submit(page, app)
    told = page.get_by_text("its timer, a frame of this very site, is not let in")
    expect(told).to_be_visible()
    expect(told).to_have_count(1)
    expect(page.get_by_text("trouble loading")).to_be_hidden()  # Streamlit's own words
    page.get_by_role("button", name="Check again").click()
    expect(told).to_have_count(1)
    model_server.gate.set()
    expect(page.get_by_role("link", name="Name 1")).to_be_visible()
    expect(told).to_have_count(0)


LINES = """heading => {
    const text = document.createRange();
    text.selectNodeContents(heading);
    return new Set([...text.getClientRects()].map(line => Math.round(line.top))).size;
}"""


BACKGROUND = "one => getComputedStyle(one).backgroundColor"


def test_it_is_accessible_on_a_phone_and_nothing_sticks_out(
    browser: Browser, app: AppServer, model_server: ModelServer, store: Store
) -> None:
    """By axe-core, contrast included: https://github.com/dequelabs/axe-core."""
    answers = json.loads(Path(__file__).with_name("salon.json").read_text("utf-8"))
    found = FoundCompetitors(**answers["competitors"]).findings()
    pages = [url for urls in answers["searched"].values() for url in urls]
    idea = store.add_idea(an_idea(known=["Chair Time"], text="w" * 60 + f" {TEXT}" * 9))[0]
    searched = Provenance("OpenAI", "m", 1, 2, list(answers["searched"]), pages)
    store.save(JOBS["competitors"], idea.id, Answer(found, searched), 20)
    proposed = JOBS["features"].question.answer(**answers["features"]).findings()
    store.save(JOBS["features"], idea.id, Answer(proposed, searched), 20)
    long_name = "A reminder for small hair salons that fills the hours which clients cancel late"
    version = store.add_idea(an_idea(line_id=idea.line_id, parent_version=1))[0]
    store.save(JOBS["competitors"], version.id, Answer(found[1:], searched), 20)
    named = store.add_idea(an_idea(name=long_name))[0]
    store.save(JOBS["competitors"], named.id, Answer([], searched), 20)
    empty = store.add_idea(an_idea(name="W" * 60))[0]
    store.save(JOBS["competitors"], empty.id, Answer([], searched), 20)
    old = store.add_idea(an_idea(name="مرحبا بالعالم 🎈", created_at=LONG_AGO))
    model_server.gate.clear()

    context = browser.new_context(viewport={"width": 380, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    submit(page, app, name="Working")
    shown = {
        page.url: "Looking for competitors",
        app.url: "Known competitors",
        f"{app.url}/ideas": "10 competitors, 7 features",
        f"{app.url}/workspace?idea={idea.id}": "Pages that the search returned",
        f"{app.url}/workspace?idea={idea.id}&tab=features": "First version: 3 of 7",
        f"{app.url}/example": "An example, all made up",
        f"{app.url}/example?tab=features": "First version: 4 of 7",
        f"{app.url}/?refine={idea.id}": "Refine your idea",
        f"{app.url}/compare?idea={version.id}": "Gone: 1",
        f"{app.url}/workspace?idea={empty.id}": "No competitor found",
        f"{app.url}/workspace?idea={named.id}": long_name,
        f"{app.url}/workspace?idea={old[0].id}": "This was interrupted",
        f"{app.url}/workspace": "There is no idea",
    }
    problems = []
    for url, words in shown.items():
        page.goto(url)
        expect(page.get_by_text(words).first).to_be_visible()
        expect_all_is_drawn(page)
        expect(page.locator("button [part=label]:empty")).to_have_count(0)
        backgrounds = set()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_timeout(500)  # what fades in has its colour then
            backgrounds.add(page.get_by_test_id("stApp").evaluate(BACKGROUND))
            problems += violations(page, f"{words}, {scheme}")
        assert len(backgrounds) == 2
        width = page.get_by_test_id("stMain").evaluate("main => main.scrollWidth")
        assert width <= 380, f"{words}: {width}"
        if words == long_name:
            assert page.get_by_role("heading").first.evaluate(LINES) == 2
    page.goto(next(url for url in shown if url.endswith(f"{idea.id}&tab=features")))
    picture = page.get_by_test_id("stVegaLiteChart")
    expect(picture).to_contain_text("Offer by textmessage")  # in two lines
    page.set_viewport_size({"width": 1920, "height": 800})
    expect(picture).to_contain_text("Offer by text message")
    page.get_by_role("button", name="Export").click()
    page.get_by_role("button", name="Brief, as Markdown").hover()
    page.wait_for_timeout(500)
    problems += violations(page, "what can be taken away")
    context.close()
    assert not problems, "\n".join(problems)


def violations(page: Page, where: str) -> list[str]:
    """What axe-core finds."""
    found = []
    for one in Axe().run(page).response["violations"]:
        nodes = [node["html"][:300] for node in one["nodes"][:3]]
        found.append(f"{where}: {one['id']}, {one['impact']}, {nodes}")
    return found
