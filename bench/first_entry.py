"""How soon the small model has something to show, in real Chromium; its file has to be there.

Seconds, the median and all values: from the click to the first entry that is there to read, its
name and what it does, for the first idea after a start, sent off once the form was open for 30 s,
and for the ideas after it; and to both jobs done, for these. --also FOLDER is a checkout of an
older Idearc ("before"), which shows results only. Takes about six minutes for each. Run it with

    .venv/bin/python bench/first_entry.py
"""

import argparse
import re
import statistics
import tempfile
import time
import tomllib
from collections import defaultdict
from pathlib import Path

from apps import ROOT, Apps
from browser import launch_chromium
from model_server import ModelServer
from playwright.sync_api import Browser, sync_playwright

from idearc.settings import data_folder

IDEAS = tomllib.loads((ROOT / "bench/ideas.toml").read_text("utf-8"))["held-out"]
OPEN_SECONDS = 30
PATIENCE = 300_000  # milliseconds
IN_ORDER = ("first idea, form open for 30 s: to an entry", "warm: to an entry", "warm: to both")
# Of the tab that is open: how it is labelled once there is an entry to read, or a result.
LABEL = re.compile(r"^\w+ · \d+( so far)?$")
ENTRY = "[class*=st-key-written-] li, .st-key-content [data-testid=stHeading]"


def submit(browser: Browser, url: str, text: str, open_seconds: float) -> tuple[float, float]:
    with browser.new_page() as page:
        page.goto(url)
        page.get_by_label("Your idea").fill(text)
        page.wait_for_timeout(1_000 * open_seconds)
        clicked = time.monotonic()
        page.get_by_role("button", name="Submit idea").click()
        page.get_by_role("tab", name=LABEL, selected=True).wait_for(timeout=PATIENCE)
        page.locator(ENTRY).first.wait_for(timeout=PATIENCE)
        to_entry = time.monotonic() - clicked
        for tab in ("Competitors", "Features"):
            done = re.compile(rf"^{tab}( · \d+)?$")
            page.get_by_role("tab", name=done).wait_for(timeout=PATIENCE)
        return to_entry, time.monotonic() - clicked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--starts", type=int, default=2)
    parser.add_argument("--ideas", type=int, default=4, help="after each start")
    parser.add_argument("--also", type=Path, help="the folder of another checkout")
    options = parser.parse_args()
    here = {"OPENAI_API_KEY": "", "OPENAI_BASE_URL": "", "IDEARC_SEARCH": "off"}
    here["XDG_DATA_HOME"] = str(data_folder().parent)
    seconds: dict[tuple[str, str], list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder, ModelServer() as unused:
        apps = Apps(Path(folder), options.also and options.also.resolve())
        with sync_playwright() as playwright:
            browser = launch_chromium(playwright)
            for start in range(options.starts):
                for name in apps.names("before", "idearc"):
                    with apps.start(f"{name} {start}", unused, **here) as server:
                        for place in range(options.ideas):
                            text = IDEAS[(start * options.ideas + place) % len(IDEAS)]["text"]
                            wait = 1 if place else OPEN_SECONDS
                            to_entry, to_both = submit(browser, server.url, text, wait)
                            print(f"{name}: {to_entry:.1f} s, {to_both:.1f} s", flush=True)
                            seconds[IN_ORDER[bool(place)], name].append(to_entry)
                            if place:
                                seconds[IN_ORDER[2], name].append(to_both)
    for what in IN_ORDER:
        for name in apps.names("before", "idearc"):
            values = seconds[what, name]
            all_of_them = ", ".join(f"{value:.1f}" for value in values)
            print(f"{what:45}{name:8}{statistics.median(values):6.1f}   {all_of_them}")


if __name__ == "__main__":
    main()
