"""Stands in for public search engines: a proxy that leads to a TLS server of its own.

So that the library that asks them is tried as it is, without a network.
"""

import socket
import ssl
from collections import defaultdict
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import trustme
from processes import LocalServer

HOSTS = ("html.duckduckgo.com", "search.brave.com", "www.mojeek.com")


class EnginesServer(LocalServer):
    """Answers for each host with the page that `pages` has for it, else with status 403."""

    def __init__(self, folder: Path) -> None:
        self.pages: dict[str, str] = {}
        self.phrases: dict[str, list[str]] = defaultdict(list)
        authority = trustme.CA()
        self.certificates = str(folder / "authority.pem")
        authority.cert_pem.write_to_path(self.certificates)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*HOSTS).configure_cert(self._context)
        super().__init__(_handler(self))

    def secure(self, connection: socket.socket) -> ssl.SSLSocket:
        return self._context.wrap_socket(connection, server_side=True)


def _handler(server: EnginesServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        host = ""

        def log_message(self, *args: Any) -> None:
            pass

        def do_CONNECT(self) -> None:
            """From here on it is the engine, as it would be at the end of the tunnel."""
            self.host = self.path.partition(":")[0]
            self.send_response(200)
            self.end_headers()
            self.connection = server.secure(self.connection)
            self.rfile = self.connection.makefile("rb")
            self.wfile = self.connection.makefile("wb", 0)  # type: ignore[assignment]

        def do_GET(self) -> None:
            self._answer(urlsplit(self.path).query)

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _answer(self, sent: str) -> None:
            server.phrases[self.host] += parse_qs(sent)["q"]
            body = server.pages.get(self.host, "").encode()
            self.send_response(200 if body else 403)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler
