"""What the tests' own servers have in common."""

import socket
import subprocess
import time
from collections.abc import Callable


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_until_ready(process: subprocess.Popen[bytes], is_ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_ready():
        assert process.poll() is None, f"{process.args} ended at once"
        assert time.monotonic() < deadline, f"{process.args} did not start within 60 s"
        time.sleep(0.1)
