"""From the click on "Submit idea" to the workspace with its tabs on screen, in real Chromium.

Idearc against bench/blocking.py, in turn, on one machine and one model's server. Run it with
.venv/bin/python bench/click_to_workspace.py; with --also FOLDER another checkout of Idearc, such as
an older one, takes its turns too.
"""

import argparse
import re
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from app_server import AppServer  # noqa: E402
from browser import launch_chromium  # noqa: E402
from model_server import ModelServer  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402


def click_to_workspace(page: Page, url: str) -> float:
    page.goto(url)
    page.get_by_label("Your idea").fill("Owners of small hair salons fill gaps at the last minute.")
    page.wait_for_timeout(500)  # the form is quiet
    button, tab = (
        page.get_by_role("button", name="Submit idea"),
        page.get_by_text(re.compile(r"^Features( · (working|\d+))?$")).first,
    )
    started = time.perf_counter()
    button.click()
    tab.wait_for(timeout=120_000)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--model-seconds", type=float, default=3)
    parser.add_argument("--also", type=Path, help="the folder of another checkout")
    options = parser.parse_args()
    model = ModelServer(latency_seconds=options.model_seconds)
    scripts = {"idearc": ROOT / "app.py", "blocking": ROOT / "bench" / "blocking.py"}
    if options.also:
        scripts["also"] = options.also / "app.py"
    seconds: dict[str, list[float]] = {name: [] for name in scripts}
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        browser = launch_chromium(stack.enter_context(sync_playwright()))
        stack.callback(browser.close)
        urls = {
            name: stack.enter_context(
                AppServer(
                    script,
                    OPENAI_BASE_URL=model.url,
                    IDEARC_DATABASE_URL=f"sqlite:///{folder}/{name}.db",
                )
            ).url
            for name, script in scripts.items()
        }
        for round_number in range(options.rounds + 1):
            for name, url in urls.items():
                page = browser.new_page()
                elapsed = click_to_workspace(page, url)
                if round_number:  # the first warms up
                    seconds[name].append(elapsed)
                page.close()

    print(f"{options.rounds} rounds, model {options.model_seconds:g} s; seconds from click to tabs")
    print(f"{'':10}{'median':>8}{'min':>8}{'max':>8}")
    for name, values in seconds.items():
        print(f"{name:10}{statistics.median(values):8.2f}{min(values):8.2f}{max(values):8.2f}")
    for other in [name for name in seconds if name != "idearc"]:
        ratio = statistics.median(seconds[other]) / statistics.median(seconds["idearc"])
        print(f"{other} / idearc: {ratio:.2f}")


if __name__ == "__main__":
    main()
