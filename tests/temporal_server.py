"""A real Temporal of the tests' own on 127.0.0.1, which can be stopped and started."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from processes import free_port, wait_until_ready

from idearc.bootstrap import build_provider, build_searcher, build_store, connection
from idearc.errors import IdearcError
from idearc.providers import Provider
from idearc.run import run_job
from idearc.runners.engine import Connection
from idearc.settings import read_settings
from idearc.worker import connect


class TemporalServer:
    """Keeps its port and its history over restarts."""

    def __init__(self, *options: str) -> None:
        self.address = f"127.0.0.1:{free_port()}"
        self._connection = Connection(self.address, "default", api_key=None)
        self._folder = tempfile.TemporaryDirectory()
        self._options = options or ("--headless",)
        self.start()

    def start(self) -> None:
        command = Path(sys.executable).parent / "temporal"
        self._process = subprocess.Popen(
            [
                *(command, "server", "start-dev", "--log-level", "never", *self._options),
                *("--ip", "127.0.0.1", "--port", self.address.rpartition(":")[2]),
                *("--db-filename", f"{self._folder.name}/temporal.db"),
                # Who waits for the disk at each commit runs into deadlines on a busy machine, and
                # what is handed out then never comes to the worker.
                *("--sqlite-pragma", "synchronous=OFF"),
            ],
            stdout=subprocess.DEVNULL,
            env={**os.environ, "HOME": self._folder.name},
        )
        wait_until_ready(self._process, self._answers)

    def _answers(self) -> bool:
        try:
            _run(self._connection.tried_client())
        except IdearcError:
            return False
        return True

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(60)

    def terminate(self, workflow_id: str) -> None:
        """As somebody does in Temporal's web UI."""

        async def terminate() -> None:
            client = await self._connection.client()
            await client.get_workflow_handle(workflow_id).terminate()

        _run(terminate())

    def close(self) -> None:
        self.stop()
        self._folder.cleanup()


def _run(asked: Coroutine[Any, Any, object]) -> None:
    """In a thread of its own: that of a test may have a loop already, of its browser."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, asked).result()


@contextmanager
def worker_here(max_jobs: int = 16, provider: Provider | None = None) -> Iterator[None]:
    """A worker of the settings in this process, which starts sooner than one of its own."""
    settings = read_settings()
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    store = build_store(settings)
    run = partial(run_job, store, provider or build_provider(settings), build_searcher(settings))
    ready = threading.Event()

    async def work() -> None:
        async with await connect(connection(settings), run, max_jobs=max_jobs):
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=[work()])
    thread.start()
    assert ready.wait(30)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        store.close()


class WorkerProcess:
    """`python -m idearc worker`, with the settings of the environment."""

    def __init__(self, *options: str, **settings: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "idearc", "worker", *options],
            env={**os.environ, **settings},
            stderr=subprocess.PIPE,
            text=True,
        )
        self.log: list[str] = []
        self._ready = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()
        assert self._ready.wait(60), "the worker did not start within 60 s"
        assert self._process.poll() is None, "".join(self.log)

    def _read(self) -> None:
        assert self._process.stderr
        for line in self._process.stderr:
            self.log.append(line)
            if "worker started" in line:
                self._ready.set()
        self._ready.set()  # it has ended

    def kill(self) -> None:
        """As kill -9 does."""
        self._process.kill()
        self._process.wait()

    def terminate(self) -> int:
        """Asks it to end; its exit status."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(60)

    def __enter__(self) -> "WorkerProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
