"""A small server on 127.0.0.1 in the shape of SearXNG, with results that are made up.

By hand, for a look at a search without a network: python tests/search_server.py --port 8888
"""

import argparse
import json
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs

from processes import LocalServer

from idearc.web import Hit

# For an idea about gaps in the calendars of hair salons; nobody has such products.
HITS = [
    Hit(
        "Gapfill: sell cancelled appointments",
        "https://gapfill.example/",
        "Gapfill offers a cancelled appointment to clients nearby. From $19 a month per salon.",
    ),
    Hit(
        "The 7 best booking apps for salons",
        "https://reviews.example.org/salon-apps",
        "Chairly and Mirror Minute both fill gaps at the last minute. Chairly is easy to use, but "
        "has no waiting list.",
    ),
    Hit(
        "How salons lose money on no-shows",
        "https://news.example.net/no-shows?utm_source=x",
        "Every third cancellation stays empty. Owners phone clients, or post on Instagram.",
    ),
    Hit(
        "Terminlücken im Salon füllen",
        "https://salonblog.example.de/luecken",
        "Mit Lückenlos bieten Friseure freie Termine an. Der Salon zahlt nur bei Erfolg.",
    ),
    Hit(
        "Mirror Minute - last-minute beauty",
        "https://apps.example.com/mirror-minute",
        "Mirror Minute shows free chairs near you and takes a fee for each booking.",
    ),
]


def entry(name: str, *pages: int) -> dict[str, Any]:
    """What a better model says of a competitor: where it stands, by the numbers of pages."""
    fields = {"kind": "direct", "what": "Fills gaps", "pricing": ""}
    return {"name": name, "pages": pages, "strengths": [], "weaknesses": [], **fields}


def as_json(hits: Sequence[Hit]) -> dict[str, Any]:
    return {
        "query": "",
        "results": [
            {"title": hit.title, "url": hit.url, "content": hit.text, "engine": "example"}
            for hit in hits
        ],
        "unresponsive_engines": [],
    }


class SearchServer(LocalServer):
    """Answers every phrase with the same hits, or with a status and a body of the test's own."""

    def __init__(self, port: int = 0, latency_seconds: float = 0) -> None:
        self.hits: Sequence[Hit] = HITS
        self.status = 200
        self.body: bytes | None = None
        self.phrases: list[str] = []
        self.times: list[float] = []  # of time.monotonic()
        self.latency_seconds = latency_seconds
        super().__init__(_handler(self), port)


def _handler(server: SearchServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            pass

        def do_POST(self) -> None:
            asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            assert self.path == "/search"
            assert asked["format"] == ["json"]
            server.phrases += asked["q"]
            server.times.append(time.monotonic())
            time.sleep(server.latency_seconds)
            body = json.dumps(as_json(server.hits)).encode() if server.body is None else server.body
            self.send_response(server.status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

    return Handler


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8888)
    parser.add_argument("--latency-seconds", type=float, default=1)
    options = parser.parse_args()
    print("IDEARC_SEARCH=" + SearchServer(options.port, options.latency_seconds).url)
    threading.Event().wait()
