"""How fast Idearc is, beside an older Idearc, Streamlit alone, and the same without a background.

.venv/bin/python bench/speed.py prints one table, each row as soon as it is there: median and, after
a slash, the 95th percentile where there are enough values. --also FOLDER is a checkout of an older
Idearc ("before"). Figures of one run on one machine compare, those of two do not. The servers log
to standard error: 2> speed.log keeps the table readable.
"""

import argparse
import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from apps import Apps
from as_written import as_written
from browser import launch_chromium
from in_browser import Row, arrival, click, start
from in_process import runs
from on_the_wire import crowd, memory, ticks
from playwright.sync_api import Browser, sync_playwright

PARTS = ("start", "click", "arrival", "written", "ticks", "crowd", "memory", "runs")
APPS = ("idearc", "before", "bare", "blocking")


def in_browser(
    measure: Callable[[Apps, Browser, int], Iterator[Row]], apps: Apps, rounds: int
) -> Iterator[Row]:
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        yield from measure(apps, browser, rounds)
        browser.close()


def shown(values: list[float]) -> str:
    if not values:
        return ""
    median = f"{statistics.median(values):.3f}"
    return (
        median
        if len(values) < 5
        else f"{median} / {statistics.quantiles(values, n=20, method='inclusive')[-1]:.3f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--also", type=Path, help="the folder of another checkout")
    parser.add_argument("--only", choices=PARTS)
    options = parser.parse_args()
    print(f"seconds, if nothing else is said{'':19}" + "".join(f"{app:>16}" for app in APPS))
    with tempfile.TemporaryDirectory() as folder:
        apps = Apps(Path(folder), options.also and options.also.resolve())
        parts = {
            "start": lambda: in_browser(start, apps, options.rounds),
            "click": lambda: in_browser(click, apps, options.rounds),
            "arrival": lambda: in_browser(arrival, apps, options.rounds),
            "written": lambda: in_browser(as_written, apps, max(1, options.rounds // 3)),
            "ticks": lambda: ticks(apps, options.rounds),
            "crowd": lambda: crowd(apps, seconds=30),
            "memory": lambda: memory(apps),
            "runs": lambda: runs(apps, options.rounds),
        }
        for part in [options.only] if options.only else parts:
            for what, seconds in parts[part]():
                cells = [shown(seconds.get(app, [])) for app in APPS]
                print(f"{what:51}" + "".join(f"{cell:>16}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
