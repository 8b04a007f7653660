"""A small server on 127.0.0.1 that gives one file as Hugging Face does."""

import hashlib
from http.server import BaseHTTPRequestHandler
from typing import Any

from processes import LocalServer


class HubServer(LocalServer):
    """Gives `content`; to the first fetches only up to the bytes in `gives`, then it hangs up."""

    def __init__(self, content: bytes, revision: str) -> None:
        self.content, self.revision = content, revision
        self.gives: list[int] = []
        self.fetched_from: list[int] = []  # for each fetch, at which byte it began
        super().__init__(_handler(self))


def _handler(hub: HubServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: Any) -> None:
            pass

        def do_HEAD(self) -> None:
            self._send_head(0)

        def do_GET(self) -> None:
            first = int(self.headers.get("Range", "bytes=0-")[len("bytes=") :].split("-")[0])
            hub.fetched_from.append(first)
            self._send_head(first)
            last = hub.gives.pop(0) if hub.gives else None
            self.wfile.write(hub.content[first:last])
            self.close_connection = last is not None

        def _send_head(self, first: int) -> None:
            self.send_response(206 if first else 200)
            self.send_header("ETag", f'"{hashlib.sha256(hub.content).hexdigest()}"')
            self.send_header("X-Repo-Commit", hub.revision)
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("Content-Length", str(len(hub.content) - first))
            if first:
                total = len(hub.content)
                self.send_header("Content-Range", f"bytes {first}-{total - 1}/{total}")
            self.end_headers()

    return Handler
