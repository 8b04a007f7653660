"""What happens in the house: processes are killed, disks are full, clocks go wrong.

Afterwards nothing that was submitted is lost, nothing is doubled, and nothing is there in part. CI
prints the counts.
"""

import asyncio
import os
import random
import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from app_server import AppServer
from conftest import TEXT, an_idea, example_findings
from model_server import ModelServer, Reply
from playwright.sync_api import Page, expect
from streamlit.testing.v1 import AppTest
from test_browser import fill_in, open_tab, submit, tab, wait_until
from test_core import eventually
from test_pages import an_app, texts, workspace

from bench.visitor import Writer
from idearc.bootstrap import build
from idearc.core import Idearc
from idearc.errors import StoreError
from idearc.jobs import JOBS
from idearc.models import new_id, now
from idearc.progress import State, is_done
from idearc.settings import read_settings
from idearc.store import Store

Count = Callable[[str, object], None]
KILLS = 104  # half of them on each kind of database
EXPECTED = {name: [one.name for one in example_findings(job)] for name, job in JOBS.items()}


def damage(store: Store, submitted: set[str]) -> dict[str, int]:
    """What is wrong in the database."""
    ideas = store.ideas(limit=10_000)
    results = store.results([idea.id for idea in ideas])
    lost = submitted - {idea.id for idea in ideas}
    doubled = partial = 0
    for idea in ideas:
        for name, job in JOBS.items():
            found = [one.name for one in store.findings(job, idea.id)]
            doubled += len(found) > len(EXPECTED[name])
            partial += found != (EXPECTED[name] if (idea.id, name) in results else [])
    return {"lost": len(lost), "doubled": doubled, "partial": partial}


NONE = {"lost": 0, "doubled": 0, "partial": 0}


def finish(idearc: Idearc) -> None:
    """Tries again whatever was interrupted, and waits until all is done."""
    ideas = [idea for page in range(1, 200) for idea in idearc.ideas(page)]
    for idea_id, jobs in idearc.progress(ideas).items():
        for name, progress in jobs.items():
            if progress.state != State.DONE:
                idearc.retry(name, idea_id)
    deadline = time.monotonic() + 60
    while not all(map(is_done, idearc.progress(ideas).values())):
        assert time.monotonic() < deadline, "not all is done within 60 s"
        time.sleep(0.2)


def test_kill_minus_9_at_random_moments(
    each_database_url: str,
    model_server: ModelServer,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Count,
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", model_server.url)
    model_server.latency_seconds = 0.05
    submitted: set[str] = set()
    moments = random.Random(6)

    def kill(times: int) -> None:
        command = [sys.executable, str(Path(__file__).with_name("victim.py"))]
        pipe = subprocess.PIPE
        with subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
        ) as forks:
            assert forks.stdin
            assert forks.stdout
            for number in range(times):
                forks.stdin.write("\n")
                forks.stdin.flush()
                victim = int(forks.stdout.readline())
                is_working = number % 5  # the others may still be starting
                said = [forks.stdout.readline().strip() for _ in range(2 if is_working else 0)]
                assert "over" not in said, "it ended before it was killed"
                time.sleep(moments.uniform(0, 0.4))
                os.kill(victim, 9)
                said += iter(lambda: forks.stdout.readline().strip(), "over")
                submitted.update(said)
            forks.stdin.close()

    with ThreadPoolExecutor(4) as four:
        list(four.map(kill, [KILLS // 8] * 4))
    store = Store(each_database_url)
    found = damage(store, submitted)
    assert len(submitted) > KILLS // 2
    assert found == NONE
    idearc = build(read_settings())
    model_server.latency_seconds = 0
    finish(idearc)
    assert damage(store, submitted) == NONE
    store.close()
    what = f"kill -9 at {KILLS // 2} moments, {len(submitted)} ideas"
    count(record_property, what, found, each_database_url)


def count(
    record_property: Count, what: str, found: Mapping[str, int], database_url: str = "sqlite:"
) -> None:
    """What was measured, for CI to print."""
    kind = database_url.partition(":")[0].partition("+")[0]
    said = ", ".join(f"{name} {number}" for name, number in found.items())
    record_property("house", f"{what} ({kind}): {said}")


FULL = """
import resource, signal, sys
from idearc.errors import StoreError
from idearc.models import Idea, new_id
from idearc.store import Store

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = Store(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
try:
    while True:
        print(store.add_idea(Idea(token=new_id(), name="n", text="x" * 4_000))[0].id)
except StoreError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(store.add_idea(Idea(token=new_id(), name="n", text="x" * 4_000))[0].id)
"""


def test_a_full_disk_is_told_and_is_well_when_there_is_room(
    database_url: str, record_property: Count
) -> None:
    command = [sys.executable, "-c", FULL, database_url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    *ids, told, last = done.stdout.splitlines()
    assert re.search("The database can't be used: .* that its disk has room, then try again", told)
    assert len(ids) > 10
    store = Store(database_url)
    found = damage(store, {*ids, last})
    assert found == NONE
    assert store.count_ideas() == len(ids) + 1
    store.close()
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    count(record_property, f"a full disk, {len(ids)} ideas", found)


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, model_server: ModelServer) -> AppTest:
    monkeypatch.setenv("OPENAI_BASE_URL", model_server.url)
    return an_app()


def test_a_read_only_database_is_read_and_says_why_no_more(
    app: AppTest, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    idea = store.add_idea(an_idea())[0]
    store.close()
    read_only = f"sqlite:///file:{tmp_path / 'idearc.db'}?mode=ro&uri=true"
    monkeypatch.setenv("IDEARC_DATABASE_URL", read_only)
    app.run()
    app.text_area[0].input(TEXT)
    app.button[0].click().run()
    assert "The database can't be used: attempt to write a readonly database" in texts(app)
    assert app.text_area[0].value == TEXT
    workspace(app, idea.id)
    assert app.title[0].value == "Salon gaps"
    assert not app.exception


@pytest.mark.parametrize("place", [0, 4096], ids=["its head", "its body"])
def test_a_corrupt_database_is_told(app: AppTest, store: Store, tmp_path: Path, place: int) -> None:
    idea = store.add_idea(an_idea())[0]
    store.close()  # writes all to the file
    file = tmp_path / "idearc.db"
    content = file.read_bytes()
    file.write_bytes(content[:place] + b"\xff" * (len(content) - place))
    workspace(app, idea.id)
    assert "The database can't be used" in texts(app)
    assert not app.exception
    file.write_bytes(content)  # a backup is put back
    workspace(app, idea.id)
    assert app.title[0].value == "Salon gaps"


def test_a_database_that_another_process_locks_for_30_s_loses_nothing(
    database_url: str,
    model_server: ModelServer,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Count,
) -> None:
    """What is written meanwhile is told to try again, or waits; what is read is there."""
    monkeypatch.setenv("OPENAI_BASE_URL", model_server.url)
    model_server.gate.clear()
    idearc = build(read_settings())
    idea_id = idearc.submit("", TEXT, new_id())
    eventually(lambda: len(model_server.requests) == len(JOBS))
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as other:
        other.execute("BEGIN IMMEDIATE")
        until = time.monotonic() + 30
        model_server.gate.set()
        with pytest.raises(StoreError, match="database is locked"):
            idearc.submit("", TEXT, token := new_id())
        assert idearc.idea(idea_id)
        jobs = {}
        while time.monotonic() < until:
            jobs = idearc.progress([idearc.idea(idea_id)])[idea_id]
            time.sleep(0.5)
        assert {one.state for one in jobs.values()} == {State.FAILED}
        assert all("database is locked" in one.note for one in jobs.values())
    again = idearc.submit("", TEXT, token)
    finish(idearc)
    store = Store(database_url)
    found = damage(store, {idea_id, again})
    assert found == NONE
    assert store.count_ideas() == 2
    store.close()
    count(record_property, "a database locked for 30 s, 2 ideas", found)


def test_a_clock_that_was_set_back_makes_nobody_wait(app: AppTest, store: Store) -> None:
    """An hour: what was stored before comes from the future."""
    later = now() + timedelta(hours=1)
    idea = store.add_idea(an_idea(created_at=later))[0]
    workspace(app, idea.id)
    assert not app.exception
    assert "working" in texts(app)
    app.session_state[f"tick-{idea.key}-0"] = 24
    app.run()
    assert "This is taking longer than usual: 0 s so far." in texts(app)
    assert app.session_state["waiting_round"] == 0  # not one round after the other


def test_two_tabs_that_try_again_together_100_times_run_it_once_each_time(
    database_url: str,
    model_server: ModelServer,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Count,
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", model_server.url)
    model_server.always["features"] = Reply(status=401)
    idearc = build(read_settings())
    idea_id = idearc.submit("", TEXT, new_id())
    both = threading.Barrier(2)

    def state() -> State:
        return idearc.progress([idearc.idea(idea_id)])[idea_id]["features"].state

    def press() -> None:
        both.wait()
        idearc.retry("features", idea_id)

    for attempt in range(1, 101):
        eventually(lambda: state() == State.FAILED)
        assert model_server.asked("features") == attempt
        model_server.gate.clear()
        tabs = [threading.Thread(target=press) for _ in range(2)]
        for one in tabs:
            one.start()
        for one in tabs:
            one.join()
        if attempt == 100:
            del model_server.always["features"]
        model_server.gate.set()
    eventually(lambda: state() == State.DONE)
    store = Store(database_url)
    found = damage(store, {idea_id})
    assert found == NONE
    assert model_server.asked("features") == 101
    store.close()
    count(record_property, "two tabs try again together 100 times", found)


@pytest.fixture
def there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model_server: ModelServer
) -> Iterator[AppServer]:
    monkeypatch.setenv("IDEARC_TICK_SECONDS", "1")
    with AppServer(OPENAI_BASE_URL=model_server.url) as there:
        yield there


def test_200_visitors_submit_at_once(
    there: AppServer, model_server: ModelServer, database_url: str, record_property: Count
) -> None:
    async def all_of_them() -> None:
        visitors = await asyncio.gather(*[Writer(there.url).open() for _ in range(200)])
        texts = [f"{TEXT} {number}" for number in range(200)]
        await asyncio.gather(*map(Writer.submit, visitors, texts))

    with ThreadPoolExecutor(1) as thread:  # this one has a browser's loop
        thread.submit(asyncio.run, all_of_them()).result(timeout=120)
    store = Store(database_url)
    eventually(lambda: len(store.results([one.id for one in store.ideas(limit=999)])) == 400)
    ideas = store.ideas(limit=999)
    assert Counter(idea.text for idea in ideas) == Counter(f"{TEXT} {n}" for n in range(200))
    found = damage(store, {idea.id for idea in ideas})
    assert found == NONE
    assert len(model_server.requests) == 400
    store.close()
    count(record_property, "200 visitors submit at once", found)


def test_a_browser_that_is_closed_at_once_after_submit_leaves_whole_ideas(
    there: AppServer,
    new_page: Callable[[], Page],
    database_url: str,
    record_property: Count,
) -> None:
    store = Store(database_url)
    profile = new_page().context
    for attempt in range(10):
        page = profile.new_page()
        fill_in(page, there, name=f"Idea {attempt}")
        page.get_by_role("button", name="Submit idea").click()
        page.wait_for_timeout(20 * attempt)
        page.close()
    page = profile.new_page()
    wait_until(page, lambda: len(store.results(ids(store))) == len(JOBS) * len(ids(store)))
    found = damage(store, set(ids(store)))
    assert found == NONE
    kept = len(ids(store))
    assert kept >= 5  # what had left the browser
    store.close()
    what = f"10 browsers closed at once after submit, {kept} had submitted"
    count(record_property, what, found)


def ids(store: Store) -> list[str]:
    return [idea.id for idea in store.ideas(limit=999)]


def test_a_server_that_is_killed_under_20_open_workspaces_comes_back_to_the_truth(
    there: AppServer,
    new_page: Callable[[], Page],
    model_server: ModelServer,
    database_url: str,
    record_property: Count,
) -> None:
    """Half of each idea is done, half is lost; who reconnects reads just that."""
    page = new_page()
    store = Store(database_url)
    done = store.add_idea(an_idea(name="Done"))[0]
    pages = [page]
    submit(page, there)
    expect(tab(page, JOBS["features"])).to_have_text("Features · 7")
    model_server.gate.clear()
    for _ in range(19):
        pages.append(page.context.new_page())
        submit(pages[-1], there)
        expect(tab(pages[-1], JOBS["features"])).to_have_text("Features · working")
    there.kill()
    model_server.gate.set()
    there.start()
    for one in pages[1:]:
        expect(tab(one, JOBS["features"])).to_have_text("Features · interrupted")
    expect(tab(page, JOBS["features"])).to_have_text("Features · 7")
    open_tab(pages[1], "features")
    pages[1].get_by_role("button", name="Try again").click()
    expect(tab(pages[1], JOBS["features"])).to_have_text("Features · 7")
    expect(tab(pages[2], JOBS["features"])).to_have_text("Features · interrupted")
    found = damage(store, {done.id})
    assert found == NONE
    assert store.count_ideas() == 21
    store.close()
    count(record_property, "a server killed under 20 open workspaces", found)
