"""Seconds from a clone to the finished example on screen, by the README's one command.

.venv/bin/python bench/first_example.py clones this repository into an empty folder, with an empty
home, and does what the README says; most of the time is pip's.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browser import launch_chromium  # noqa: E402
from playwright.sync_api import Error, Page, sync_playwright  # noqa: E402
from processes import free_port  # noqa: E402

RUN_IT = re.compile(r"## Run it\n.*?```sh\n(.*?)```", re.DOTALL)
PATIENCE = 900  # seconds


def goto(page: Page, url: str, until: float) -> None:
    while True:
        try:
            page.goto(url)
        except Error:  # nobody listens there yet
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def main() -> None:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = launch_chromium(playwright).new_page()
        clone, home = Path(folder, "clone"), Path(folder, "home")
        home.mkdir()
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        match = RUN_IT.search((clone / "README.md").read_text("utf-8"))
        assert match, "the README has no command below Run it"
        usual = {name: one for name, one in os.environ.items() if not name.startswith("OPENAI_")}
        here = {"HOME": str(home), "STREAMLIT_SERVER_HEADLESS": "1"}
        environment = {**usual, **here, "STREAMLIT_SERVER_PORT": str(port)}
        started = time.monotonic()
        command = ["bash", "-c", match[1]]
        with subprocess.Popen(
            command,
            cwd=clone,
            env=environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                goto(page, f"http://localhost:{port}", started + PATIENCE)
                page.get_by_label("Your idea").wait_for()
                formed = time.monotonic()
                print(f"the command to the form: {formed - started:.1f} s", flush=True)
                page.get_by_role("link", name="See an example").click()
                page.get_by_role("link", name="Gapfill").first.wait_for()
                page.get_by_role("heading", name="Walk-in board").wait_for()
                print(f"a click to the finished example: {time.monotonic() - formed:.1f} s")
                print(f"the command to the finished example: {time.monotonic() - started:.1f} s")
            finally:
                os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
