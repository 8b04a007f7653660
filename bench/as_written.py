"""What is seen of answers while a model's server writes them at 50 tokens a second."""

import json
import time
from collections.abc import Iterator

from apps import Apps
from in_browser import Row, submit
from model_server import ModelServer, Reply
from on_the_wire import cpu_seconds
from playwright.sync_api import Browser

TOKENS_PER_SECOND = 50
_WHAT = "Offers free chairs to clients who live nearby, as soon as somebody cancels."
_RIVAL = {"kind": "direct", "what": _WHAT, "pricing": "from 29 a month"}
_LISTS = {"strengths": ["Fills a chair in minutes"], "weaknesses": ["Only in large towns so far"]}
_RIVALS = [{"name": f"Rival {place}", **_RIVAL, **_LISTS} for place in range(10)]
_WHY = "Nobody else tells them, and they would rather have a cheap hour today than wait. " * 4
_FEATURE = {"what": _WHAT, "why": _WHY, "weakness": "", "effort": "S"}
_NAMES = ("Gap finder", "Nearby offer", "One tap", "Quiet hours", "Price rules", "Report", "Queue")
_FEATURES = [{"name": name, **_FEATURE, "what": f"{name}: {_WHAT}"} for name in _NAMES]
_LISTED = {"must": _FEATURES[:3], "should": _FEATURES[3:5], "could": _FEATURES[5:]}
_ANSWERS = {
    "competitors": {"competitors": _RIVALS},
    "features": {"users": "Owners of salons", **_LISTED},
}
_PAGES = 4
_REMEMBER_ENTRIES = """() => {
    window.entries = [];  // when each was there to read
    setInterval(() => {
        const roots = [...document.querySelectorAll("[class*=st-key-written-] *")];
        const items = roots.flatMap((one) => [...(one.shadowRoot ?? one).querySelectorAll("li")]);
        const texts = items.map((one) => one.lastChild.textContent);
        const readable = new Set(items.filter((_, place) => texts[place].endsWith("cancels.")));
        while (window.entries.length < readable.size) window.entries.push(Date.now());
    }, 10);
}"""
_NEXT_FIELD = b': "pricin"'  # the piece that follows what is shown of an entry


def as_written(apps: Apps, browser: Browser, rounds: int) -> Iterator[Row]:
    """From when all is sent that is shown of an entry until it is on screen; and CPU."""
    seconds: list[float] = []
    load: list[float] = []
    with ModelServer() as model, apps.start("idearc", model) as server:
        for job, answer in _ANSWERS.items():
            model.always[job] = Reply(json.dumps(answer), tokens_per_second=TOKENS_PER_SECOND)
        for place in range(rounds + 1):
            model.sent.clear()
            with browser.new_page() as page:
                submit(page, server.url)
                page.evaluate(_REMEMBER_ENTRIES)
                page.wait_for_function("document.title.startsWith('2 of 2')", timeout=120_000)
                sent = [at for at, line in model.sent["competitors"] if _NEXT_FIELD in line]
                shown = [at / 1000 for at in page.evaluate("entries")]
                seconds += [after - at for at, after in zip(sent, shown, strict=False)]
            if place == 0:  # it warms up
                seconds.clear()
        pages = [browser.new_page() for _ in range(_PAGES)]
        model.gate.clear()
        for page in pages:
            submit(page, server.url)
        model.gate.set()
        before, began = cpu_seconds(server), time.monotonic()
        time.sleep(6)  # all of them write
        load.append((cpu_seconds(server) - before) / (time.monotonic() - began) / _PAGES)
        for page in pages:
            page.close()
    yield "an entry that is sent to on screen", {"idearc": seconds}
    yield "CPU in a second of a page whose jobs write", {"idearc": load}
