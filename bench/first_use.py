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
TICKS = """() => {
    window.ticks = [];
    let last = "";
    setInterval(() => {
        const status = document.querySelector("[role=tabpanel] [data-testid=stExpander] summary");
        const words = status ? status.innerText : "";
        if (words && words !== last) window.ticks.push([Date.now() / 1000, words]);
        last = words;
    }, 50);
}"""


def submit(browser: Browser, url: str) -> Page:
    page = browser.new_page()
    page.goto(url)
    page.get_by_label("Your idea").fill(IDEA)
    page.wait_for_timeout(500)
    page.get_by_role("button", name="Submit idea").click()
    page.get_by_role("tab", name="Features").wait_for()
    page.evaluate(TICKS)
    return page


def gaps(ticks: list[tuple[float, str]], is_getting_ready: bool) -> list[float]:
    """Seconds between ticks, without the first, which begins with the click."""
    chosen = [at for at, words in ticks[1:] if (" the model" in words) == is_getting_ready]
    return [after - before for before, after in itertools.pairwise(chosen)]


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
            page = submit(browser, app.url)
            other = browser.new_page()  # the second tab, so that this one keeps its place
            other.goto(f"{page.url}&tab=Features")
            for tab, text in DONE.items():
                shown = page if tab == "Competitors" else other
                shown.get_by_text(text).first.wait_for(timeout=300_000)
                print(f"click to {tab.lower()}: {time.monotonic() - started:.1f} s")
            ticks = page.evaluate("window.ticks")
            again = time.monotonic()
            page = submit(browser, app.url)
            page.get_by_text(DONE["Competitors"]).wait_for(timeout=300_000)
            page.get_by_role("tab", name="Features").click()
            page.get_by_text(DONE["Features"]).wait_for(timeout=300_000)
            print(f"the next idea, click to both: {time.monotonic() - again:.1f} s")
        with ModelServer() as idle, AppServer(OPENAI_BASE_URL=idle.url) as app:
            idle.gate.clear()
            page = submit(browser, app.url)
            page.wait_for_timeout(40_000)
            idle_ticks = page.evaluate("window.ticks")
        browser.close()
    show("getting the model ready", gaps(ticks, True))
    show("it writes", gaps(ticks, False))
    show("nothing else runs", gaps(idle_ticks, False))


if __name__ == "__main__":
    main()
