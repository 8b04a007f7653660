"""What the tests' own servers have in common."""

import random
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

_given: set[int] = set()


def free_port() -> int:
    """By chance, never the same twice, and below those that the system gives to who asks for any.

    One of the latter may be given to somebody else before a server that is being started takes it;
    and one that an earlier server had may still be asked for what that one did not answer.
    """
    while True:
        port = random.randint(10_000, 32_000)
        if port in _given:
            continue
        _given.add(port)
        with socket.socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port


class LocalServer:
    """Serves on 127.0.0.1 from threads of this process until it is closed."""

    def __init__(self, handler: type[BaseHTTPRequestHandler], port: int = 0) -> None:
        """Serves at once: what the handler needs is there before."""
        self._http = ThreadingHTTPServer(("127.0.0.1", port or free_port()), handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def wait_until_ready(process: subprocess.Popen[bytes], is_ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_ready():
        assert process.poll() is None, f"{process.args} ended at once"
        assert time.monotonic() < deadline, f"{process.args} did not start within 60 s"
        time.sleep(0.1)
