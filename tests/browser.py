"""Chromium as the system has it."""

import shutil

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",  # it may run as root, and shows our own pages only
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


def launch_chromium(playwright: Playwright) -> Browser:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    assert path, f"no browser found: install one of {', '.join(NAMES)}"
    return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
