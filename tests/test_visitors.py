"""Who may see what, in Chromium: with log-in at a real provider, without, and from elsewhere."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from app_server import LOOK_OFTEN, AppServer
from conftest import TEXT, move_to
from model_server import ModelServer, Reply
from oidc_provider_mock import run_server_in_thread
from playwright.sync_api import Browser, BrowserContext, Page, expect
from test_browser import (
    WORKSPACE,
    content,
    expect_all_is_drawn,
    expect_findings,
    open_tab,
    submit,
    tab,
)
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from idearc.jobs import JOBS
from idearc.models import new_id

# What the provider is made with has newer ways by now.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

NOT_THERE = "There is no idea at this address."
NOT_SHARED = "Nothing is shared by this link."
SECRETS = """
[auth]
redirect_uri = "http://localhost:{{port}}/oauth2callback"
cookie_secret = "{secret}"
client_id = "idearc"
client_secret = "{secret}"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""


@dataclass
class Person:
    """A browser of their own, and what they have made."""

    name: str
    browser: BrowserContext
    page: Page
    ideas: list[str] = field(default_factory=list)  # ids


@pytest.fixture(scope="module")
def the_model_server() -> Iterator[ModelServer]:
    with ModelServer() as model:
        yield model


@pytest.fixture
def model_server(the_model_server: ModelServer) -> Iterator[ModelServer]:
    yield the_model_server
    the_model_server.forget()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model_server: ModelServer) -> Path:
    monkeypatch.setenv("OPENAI_BASE_URL", model_server.url)
    return tmp_path


@pytest.fixture(scope="module")
def with_log_in(
    the_model_server: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AppServer]:
    place = tmp_path_factory.mktemp("app")
    with pytest.MonkeyPatch.context() as patch, run_server_in_thread() as provider:
        move_to(place, patch)
        patch.setenv("IDEARC_IDEAS_PER_HOUR", "4")
        address = f"http://localhost:{provider.server_port}"
        (place / ".streamlit").mkdir()
        secrets = SECRETS.format(secret=new_id(), provider=address)
        (place / ".streamlit" / "secrets.toml").write_text(secrets)
        with AppServer(OPENAI_BASE_URL=the_model_server.url, **LOOK_OFTEN) as app:
            yield app


@pytest.fixture(scope="module")
def people(browser: Browser, with_log_in: AppServer) -> Iterator[tuple[Person, Person]]:
    """Two who have logged in and made an idea each."""
    people = []
    for name in ("alice", "bob"):
        their_browser = browser.new_context()
        person = Person(name, their_browser, their_browser.new_page())
        log_in(person.page, with_log_in, name)
        submit(person.page, with_log_in, name=f"Idea of {name}")
        expect(tab(person.page, JOBS["competitors"])).to_have_text("Competitors · 3")
        person.ideas.append(WORKSPACE.search(person.page.url)[0][-32:])
        people.append(person)
    yield people[0], people[1]
    for person in people:
        person.browser.close()


def log_in(page: Page, app: AppServer, name: str) -> None:
    page.goto(app.url)
    page.get_by_role("button", name="Log in").click()
    page.get_by_placeholder("sub").fill(name)
    page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_label("Your idea")).to_be_visible()


def addresses(idea_id: str) -> list[str]:
    """All that has an idea to show."""
    paths = ["workspace?idea=", "workspace?tab=features&idea=", "compare?idea=", "?refine="]
    return [f"/{path}{idea_id}" for path in paths]


def test_without_log_in_there_is_nothing_but_its_button(
    new_page: Callable[[], Page], with_log_in: AppServer, people: tuple[Person, Person]
) -> None:
    page = new_page()
    others = ["/ideas", "/", "/example", f"/shared?link={new_id()}"]
    for path in [*addresses(people[0].ideas[0]), *others]:
        page.goto(with_log_in.url + path)
        expect(page.get_by_role("button", name="Log in")).to_be_visible()
        expect_all_is_drawn(page)
        shown = page.locator(".stMain")
        assert shown.inner_text().split("\n\n")[0] == "Log in"
        assert "Idea of" not in page.content()
        expect(shown.get_by_role("link")).to_have_count(0)


def test_ideas_are_for_who_made_them_alone(
    with_log_in: AppServer, people: tuple[Person, Person]
) -> None:
    for one, other in (people, people[::-1]):
        for theirs, unknown in zip(addresses(other.ideas[0]), addresses(new_id()), strict=True):
            said = []
            for path in (theirs, unknown):
                one.page.goto(with_log_in.url + path)
                expect(one.page.get_by_text(NOT_THERE)).to_be_visible()
                expect(one.page.get_by_role("link", name="New idea")).to_be_visible()
                expect(one.page.get_by_role("link", name="start page")).to_be_visible()
                expect(one.page.get_by_role("button", name="Log out")).to_be_visible()
                expect_all_is_drawn(one.page)
                assert f"Idea of {other.name}" not in one.page.content()
                said.append(one.page.locator(".stMain").inner_text())
            assert said[0] == said[1]  # nobody learns whether there is one
            expect(one.page.get_by_role("button", name="Delete")).to_have_count(0)
        one.page.goto(f"{with_log_in.url}/ideas")
        expect(one.page.get_by_role("link", name=f"Idea of {one.name}")).to_be_visible()
        expect(one.page.get_by_role("link", name=f"Idea of {other.name}")).to_have_count(0)
        one.page.goto(f"{with_log_in.url}/ideas?search=idea")
        expect(one.page.get_by_role("link", name=re.compile("^Idea of"))).to_have_count(1)


def test_a_link_shares_to_read_until_it_is_revoked(
    with_log_in: AppServer, people: tuple[Person, Person]
) -> None:
    alice, bob = people
    alice.page.goto(with_log_in.url + addresses(alice.ideas[0])[0])
    alice.page.get_by_role("button", name="Share").click()
    alice.page.get_by_role("button", name="Make a link").click()
    link = alice.page.locator("code", has_text="/shared?link=")
    expect(link).to_be_visible()
    address = link.inner_text()
    assert re.fullmatch(re.escape(with_log_in.url) + "/shared[?]link=[0-9a-f]{32}", address)
    assert alice.ideas[0] not in address

    received: list[str | bytes] = []
    bob.page.on(
        "websocket", lambda stream: stream.on("framereceived", lambda frame: received.append(frame))
    )
    bob.page.goto(address)
    expect(bob.page.get_by_role("heading", name="Idea of alice")).to_be_visible()
    expect_findings(bob.page)
    open_tab(bob.page, "features")
    expect(content(bob.page).get_by_text("first version", exact=True).first).to_be_visible()
    for control in ("Refine", "Share", "Export", "Delete", "Try again"):
        for role in ("button", "link"):
            expect(bob.page.get_by_role(role, name=control)).to_have_count(0)
    for role in ("checkbox", "textbox", "combobox"):
        expect(bob.page.get_by_role(role)).to_have_count(0)
    assert received
    for seen in (bob.page.content(), *received):  # with it, who is let in without log-in owns it
        assert alice.ideas[0] not in str(seen)

    alice.page.get_by_role("button", name="Revoke").click()
    expect(alice.page.get_by_role("button", name="Make a link")).to_be_visible()
    bob.page.reload()
    expect(bob.page.get_by_text(NOT_SHARED)).to_be_visible()


def test_who_is_shared_an_unfinished_idea_sees_it_end(
    with_log_in: AppServer, people: tuple[Person, Person], model_server: ModelServer
) -> None:
    alice, bob = people
    model_server.gate.clear()
    model_server.script["features"] = [Reply(status=401)]
    submit(alice.page, with_log_in, name="Shared early")
    alice.page.get_by_role("button", name="Share").click()
    alice.page.get_by_role("button", name="Make a link").click()
    bob.page.goto(alice.page.locator("code", has_text="/shared?link=").inner_text())
    expect(bob.page.get_by_text("There is nothing to read yet: working.")).to_be_visible()
    model_server.gate.set()
    expect_findings(bob.page)
    open_tab(bob.page, "features")
    expect(bob.page.get_by_text("There is nothing to read yet: failed.")).to_be_visible()
    expect(bob.page.get_by_role("button", name="Try again")).to_have_count(0)


def test_a_visitor_who_asks_for_much_is_told_to_wait(
    with_log_in: AppServer, people: tuple[Person, Person]
) -> None:
    _, bob = people
    for number in range(3):
        submit(bob.page, with_log_in, name=f"More {number}")
        expect(tab(bob.page, JOBS["competitors"])).to_have_text("Competitors · 3")
    bob.page.goto(with_log_in.url)
    bob.page.get_by_label("Your idea").fill(TEXT)
    bob.page.get_by_role("button", name="Submit idea").click()
    expect(bob.page.get_by_text("You have submitted 4 ideas within an hour")).to_be_visible()
    expect(bob.page.get_by_label("Your idea")).to_have_value(TEXT)


def test_who_logs_out_is_out(with_log_in: AppServer, new_page: Callable[[], Page]) -> None:
    page = new_page()
    log_in(page, with_log_in, "carol")
    page.goto(f"{with_log_in.url}/ideas")
    expect(page.get_by_text("None yet.")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="End session").click()  # the provider's question
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    page.goto(f"{with_log_in.url}/ideas")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()


def test_anonymous_visitors_see_what_they_hold_the_link_of(
    place: Path, new_page: Callable[[], Page]
) -> None:
    one, other = new_page(), new_page()
    with AppServer(IDEARC_ALLOW_ANONYMOUS="1", IDEARC_IDEAS_PER_HOUR="1") as app:
        submit(one, app, name="Salon gaps")
        expect(one.get_by_text("Keep this page's address")).to_be_visible()
        expect(one.get_by_role("link", name="New idea")).to_be_visible()
        expect(one.get_by_role("link", name="Ideas", exact=True)).to_have_count(0)
        other.goto(f"{app.url}/ideas")
        expect(other.get_by_text("There is no list of ideas here")).to_be_visible()
        expect(other.get_by_role("button", name="Import")).to_have_count(0)
        assert "Salon gaps" not in other.content()
        first = one.url
        other.goto(first)
        expect(other.get_by_role("heading", name="Salon gaps")).to_be_visible()
        other.goto(app.url)
        other.get_by_label("Your idea").fill(TEXT)
        other.get_by_role("button", name="Submit idea").click()
        expect(other.get_by_text("You have submitted 1 idea within an hour")).to_be_visible()
        one.get_by_role("button", name="Delete", exact=True).click()
        one.get_by_role("button", name="Delete for good").click()
        expect(one.get_by_text("“Salon gaps” is deleted.")).to_be_visible()
        expect(one.get_by_label("Your idea")).to_be_visible()


def test_without_log_in_only_this_machine_is_let_in(
    place: Path, new_page: Callable[[], Page]
) -> None:
    """Another name that leads here stands for a proxy, and for a page that rebinds its own name."""
    page = new_page()
    with AppServer() as app:
        page.goto(app.url)
        expect(page.get_by_label("Your idea")).to_be_visible()
        page.goto(app.url.replace("localhost", "ideas.localhost"))
        expect(page.get_by_text("You come from elsewhere, and no log-in")).to_be_visible()
        expect(page.get_by_text("IDEARC_ALLOW_ANONYMOUS=1")).to_be_visible()
        expect(page.get_by_label("Your idea")).to_have_count(0)
        page.set_extra_http_headers({"X-Forwarded-For": "192.0.2.1"})
        page.goto(app.url)
        expect(page.get_by_text("You come from elsewhere, and no log-in")).to_be_visible()
        stream = f"{app.url.replace('http', 'ws')}/_stcore/stream"
        with connect(stream, origin=app.url):
            pass
        with pytest.raises(InvalidStatus, match="403"):
            connect(stream, origin="https://example.com")


@pytest.mark.parametrize("secrets", ["[auth", '[auth]\nclient_id = "x"\n'])
def test_a_log_in_that_is_set_up_wrong_lets_nobody_in(
    place: Path, new_page: Callable[[], Page], secrets: str
) -> None:
    (place / ".streamlit").mkdir()
    (place / ".streamlit" / "secrets.toml").write_text(secrets)
    page = new_page()
    with AppServer() as app:
        page.goto(app.url)
        if secrets == "[auth":
            expect(page.get_by_text("The secrets of this server can't be read")).to_be_visible()
        else:
            page.get_by_role("button", name="Log in").click()
            expect(page.get_by_text("Log-in is not set up:")).to_be_visible()
        expect(page.get_by_label("Your idea")).to_have_count(0)
