"""What the visitor waits for, in real Chromium."""

import random
import re
import time
from collections import defaultdict
from collections.abc import Iterator

from app_server import AppServer
from apps import IDEA, Apps, wait_for_its_first_second
from conftest import an_idea, example_findings
from many_ideas import fill
from model_server import ModelServer
from playwright.sync_api import Browser, Page
from visitor import others

from idearc.jobs import JOBS
from idearc.providers import Answer, Provenance
from idearc.store import Store

Row = tuple[str, dict[str, list[float]]]  # what, then seconds by app

_TAB = re.compile(r"^Features( · (working|\d+))?$")
_COMPETITORS = JOBS["competitors"]
_REMEMBER_WHEN_IT_COMES = """() => new MutationObserver(() => {
    const content = document.querySelector(".st-key-content");
    if (!window.came && content?.textContent.includes("What 1"))
        requestAnimationFrame(() => { window.came ??= Date.now(); });
}).observe(document.body, { subtree: true, childList: true, characterData: true })"""


def start(apps: Apps, browser: Browser, rounds: int) -> Iterator[Row]:
    seconds = defaultdict(list)
    with ModelServer() as model:
        for _ in range(rounds):
            for name in apps.names("idearc", "before", "bare"):
                started = time.perf_counter()
                with apps.start(name, model) as server, browser.new_page() as page:
                    page.goto(server.url)
                    page.get_by_label("Your idea").wait_for()
                    seconds[name].append(time.perf_counter() - started)
    yield "start: command to first page", seconds


def submit(page: Page, url: str) -> float:
    page.goto(url)
    page.get_by_label("Your idea").fill(IDEA)
    page.wait_for_timeout(500)  # the form is quiet
    button, tab = page.get_by_role("button", name="Submit idea"), page.get_by_text(_TAB).first
    started = time.perf_counter()
    button.click()
    tab.wait_for(timeout=120_000)
    return time.perf_counter() - started


def click(apps: Apps, browser: Browser, rounds: int) -> Iterator[Row]:
    """Each round in another order, with a fresh profile; the first warms up.

    In a fixed order, what an app still does after its click would always slow the same next one.
    """
    fill(apps.database_url("idearc full"), 100_000)
    names = apps.names("idearc", "before", "bare", "blocking")
    names += ["idearc full", "idearc busy"]
    seconds = defaultdict(list)
    with (
        ModelServer(latency_seconds=3) as model,
        ModelServer() as endless,
        apps.start_all([name for name in names if name != "idearc busy"], model) as servers,
        apps.start("idearc busy", endless, IDEARC_MAX_JOBS="64") as busy,
    ):
        servers["idearc busy"] = busy
        endless.gate.clear()
        for _ in range(15):  # 30 runs
            with browser.new_page() as page:
                submit(page, busy.url)
        for _ in range(rounds + 1):
            for name in random.sample(names, len(names)):
                with browser.new_page() as page:
                    seconds[name].append(submit(page, servers[name].url))
        opened = _open_list(browser, servers["idearc full"], rounds)
    kept = {name: values[1:] for name, values in seconds.items()}
    yield "click to workspace", {name: kept[name] for name in names if " " not in name}
    yield "  with 100,000 ideas stored", {"idearc": kept["idearc full"]}
    yield "  with 30 and more runs live", {"idearc": kept["idearc busy"]}
    yield "list of 100,000 ideas, in the app", {"idearc": opened}


def _open_list(browser: Browser, server: AppServer, rounds: int) -> list[float]:
    seconds = []
    with browser.new_page() as page:
        for _ in range(rounds + 1):
            page.goto(server.url)
            page.get_by_label("Your idea").wait_for()
            page.wait_for_timeout(500)
            started = time.perf_counter()
            page.get_by_role("link", name="Ideas").click()
            page.get_by_role("link", name="Salon number").first.wait_for()
            seconds.append(time.perf_counter() - started)
    return seconds[1:]


def arrival(apps: Apps, browser: Browser, rounds: int) -> Iterator[Row]:
    """From when an answer is stored until it is on screen, while nine others wait for theirs."""
    for is_own, latency, where in (
        (True, 2, "2 s after the click"),
        (True, 7, "by the same process"),
        (False, 7, "by another process"),
    ):
        seconds = {}
        for name in apps.names("idearc", "before"):
            store = Store(apps.database_url(name))
            with ModelServer(latency_seconds=latency) as model, apps.start(name, model) as server:
                wait_for_its_first_second(server)
                waiting = [store.add_idea(an_idea())[0].id for _ in range(9)]
                with others(server.url, waiting):
                    seconds[name] = [
                        _arrival(browser, server, store, is_own) for _ in range(rounds + 1)
                    ][1:]  # the first warms up
            store.close()
        yield f"answer stored {where} to on screen", seconds


def _arrival(browser: Browser, server: AppServer, store: Store, is_own: bool) -> float:
    with browser.new_page() as page:
        if is_own:
            submit(page, server.url)
        else:
            page.goto(f"{server.url}/workspace?idea={store.add_idea(an_idea())[0].id}")
            page.get_by_text(_TAB).first.wait_for()
        idea_id = re.findall("idea=([0-9a-f]+)", page.url)[0]
        page.evaluate(_REMEMBER_WHEN_IT_COMES)
        if not is_own:
            page.wait_for_timeout(random.uniform(6_000, 9_000))
            answer = Answer(example_findings(_COMPETITORS), Provenance("m", "m", 1, 1))
            store.save(_COMPETITORS, idea_id, answer, seconds=1)
        page.wait_for_function("window.came", timeout=60_000)
        stored, _ = store.results([idea_id])[idea_id, _COMPETITORS.name]
        return page.evaluate("window.came") / 1000 - stored.created_at.timestamp()
