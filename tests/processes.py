"""What the tests' own servers have in common."""

import random
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress

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


def wait_until_ready(process: subprocess.Popen[bytes], is_ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_ready():
        assert process.poll() is None, f"{process.args} ended at once"
        assert time.monotonic() < deadline, f"{process.args} did not start within 60 s"
        time.sleep(0.1)
