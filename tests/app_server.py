"""The real app in a process of its own, started as the README says."""

import os
import pty
import re
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from processes import free_port, wait_until_ready

ROOT = Path(__file__).parent.parent
COMMAND = Path(sys.executable).with_name("idearc")
# For settings: pages look often, and for so long that no round is over on a slow machine.
LOOK_OFTEN = {"IDEARC_TICK_SECONDS": "0.5", "IDEARC_MAX_TICKS": "1000"}


def _pass_on(log: IO[bytes], read: list[bytes]) -> None:
    for line in log:
        os.write(2, line)
        read.append(line)


class AppServer:
    """`streamlit run app.py` on a free port of localhost; its port stays over restarts.

    At a terminal of its own, in the current directory, with an empty home: the first start of a
    new user, whom nothing may ask.
    """

    def __init__(
        self,
        script: Path = ROOT / "app.py",
        command: Sequence[str | Path] = (),
        **settings: str,
    ) -> None:
        """Instead of that, the `command`, which is given a port."""
        port = free_port()
        self.url = f"http://localhost:{port}"
        usual = (Path(sys.executable).parent / "streamlit", "run", script)
        self._command = [*(command or usual), f"--server.port={port}"]
        self._home = tempfile.TemporaryDirectory()
        # A display makes Streamlit think that somebody sits there; nothing is opened on it.
        here = {"HOME": self._home.name, "DISPLAY": ":99", "BROWSER": "true"}
        self.environment = {**os.environ, **here, **settings}
        self.start()

    @property
    def live_runs(self) -> int:
        begun = sum(b": run started: " in line for line in self._log)
        return begun - sum(bool(re.search(rb": run .* seconds=", line)) for line in self._log)

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self) -> None:
        self._keyboard, terminal = pty.openpty()
        pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        self._process = subprocess.Popen(
            self._command, env=self.environment, stdin=terminal, **pipes
        )
        os.close(terminal)
        self._log: list[bytes] = []  # of this process: an earlier one's may still be read
        log = [self._process.stderr, self._log]
        threading.Thread(target=_pass_on, args=log, daemon=True).start()
        wait_until_ready(self._process, self._is_healthy)

    def _is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def __enter__(self) -> "AppServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._home.cleanup()

    def kill(self) -> None:
        """As kill -9 does."""
        self._process.kill()
        self._process.wait()
        os.close(self._keyboard)
