"""The real app in a process of its own, started as the README says."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parent.parent


class AppServer:
    """`streamlit run app.py` on a free port of localhost; its port stays over restarts."""

    def __init__(self, script: Path = ROOT / "app.py", **settings: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://localhost:{port}"
        self._command = [
            str(Path(sys.executable).parent / "streamlit"),
            *("run", str(script), "--server.headless=true", f"--server.port={port}"),
        ]
        self._environment = {**os.environ, **settings}
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, env=self._environment, stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while not self._is_healthy():
            assert self._process.poll() is None, "the server ended at once"
            assert time.monotonic() < deadline, "the server did not start within 60 s"
            time.sleep(0.1)

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

    def kill(self) -> None:
        """As kill -9 does."""
        self._process.kill()
        self._process.wait()
