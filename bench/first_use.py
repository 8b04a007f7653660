"""What a newcomer without a key waits for, in real Chromium, from an empty home.

Seconds from the command to the first page, from the click to each tab's content, and between the
page's own ticks (5 s are set) while the model is fetched and loaded and while it writes,
beside those of the same page with an idle model's server. Run it with
.venv/bin/python bench/first_use.py
"""

import itertools
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from app_server import AppServer  # noqa: E402
from browser import launch_chromium  # noqa: E402
from model_server import ModelServer  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

IDEA = "A calendar for small hair salons: clients nearby get an offer when someone cancels."
DONE = {"Competitors": "Kinds of alternatives", "Features": "Must have"}
WRITING = "Looking for competitors"


def submit(browser: Browser, url: str) -> tuple[Page, list[float]]:
    """The workspace, and a list that takes the moment of each of its ticks from now on."""
    page = browser.new_page()
    sent: list[float] = []
    page.on("websocket", lambda ws: ws.on("framesent", lambda _: sent.append(time.monotonic())))
    page.goto(url)
    page.get_by_label("Your idea").fill(IDEA)
    page.wait_for_timeout(500)
    page.get_by_role("button", name="Submit idea").click()
    page.get_by_role("tab", name="Features").wait_for()
    page.wait_for_timeout(500)
    sent.clear()
    return page, sent


def gaps(ticks: list[float]) -> list[float]:
    """Seconds between ticks."""
    return [after - before for before, after in itertools.pairwise(ticks)]


def show(name: str, values: list[float]) -> None:
    spread = f"median {statistics.median(values):.2f}, max {max(values):.2f}" if values else "none"
    print(f"ticks while {name}: {spread} ({len(values)})")


def main() -> None:
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        started = time.monotonic()
        with AppServer(OPENAI_API_KEY="", OPENAI_BASE_URL="") as app:
            first = browser.new_page()
            first.goto(app.url)
            first.get_by_label("Your idea").wait_for()
            print(f"command to first page: {time.monotonic() - started:.1f} s")
            first.close()
            started = time.monotonic()
            page, ticks = submit(browser, app.url)
            other = browser.new_page()  # the second tab, so that this one keeps its place
            other.goto(f"{page.url.partition('&')[0]}&tab=features")
            page.get_by_text(WRITING).wait_for(timeout=300_000)
            writing_since = time.monotonic()
            for tab, text in DONE.items():
                shown = page if tab == "Competitors" else other
                shown.get_by_text(text).first.wait_for(timeout=300_000)
                print(f"click to {tab.lower()}: {time.monotonic() - started:.1f} s")
                if shown is page:
                    written_at = time.monotonic()
            again = time.monotonic()
            page, _ = submit(browser, app.url)
            page.get_by_text(DONE["Competitors"]).wait_for(timeout=300_000)
            page.get_by_role("tab", name="Features").click()
            page.get_by_role("heading", name=DONE["Features"]).wait_for(timeout=300_000)
            print(f"the next idea, click to both: {time.monotonic() - again:.1f} s")
        with ModelServer() as idle, AppServer(OPENAI_BASE_URL=idle.url) as app:
            idle.gate.clear()
            page, idle_ticks = submit(browser, app.url)
            page.wait_for_timeout(40_000)
        browser.close()
    show("getting the model ready", gaps([at for at in ticks if at < writing_since]))
    show("it writes", gaps([at for at in ticks if writing_since < at < written_at]))
    show("nothing else runs", gaps(idle_ticks))


if __name__ == "__main__":
    main()
