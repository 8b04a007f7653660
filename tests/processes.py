"""What the tests' own servers have in common."""

import random
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress


def free_port() -> int:
    """By chance, and below those that the system gives to whoever asks for any.

    One of the latter may be given to somebody else before a server that is being started takes it.
    """
    while True:
        port = random.randint(10_000, 32_000)
        with socket.socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port


def wait_until_ready(process: subprocess.Popen[bytes], is_ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_ready():
        assert process.poll() is None, f"{process.args} ended at once"
        assert time.monotonic() < deadline, f"{process.args} did not start within 60 s"
        time.sleep(0.1)
