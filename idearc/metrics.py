"""Counts the runs and searches of a process, for its log and for Prometheus."""

import logging
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

from prometheus_client import CollectorRegistry, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import start_http_server

from idearc import __version__
from idearc.preview import Note
from idearc.runners import Run

log = logging.getLogger(__name__)

_OUTCOMES = ("ended", "failed")
_SECONDS = (1, 2, 5, 10, 20, 50, 100, 200, 500)


class Metrics:
    """Of all runs and searches of this process; safe to share between threads."""

    def __init__(self, job_names: Iterable[str]) -> None:
        registry = self._registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        about = Gauge("idearc_info", "The version that runs", ["version"], registry=registry)
        about.labels(__version__).set(1)
        live = Gauge("idearc_runs_live", "Runs that it carries out", registry=registry)
        live.set_function(lambda: self._live["runs"])
        waiting = Gauge("idearc_runs_waiting", "Runs that wait for their turn", registry=registry)
        waiting.set_function(lambda: self._waiting())
        self._run_seconds = Histogram(
            "idearc_run_seconds",
            "How long runs took from their turn to their end: the model's time and the search's",
            ["job_name", "outcome"],  # `job` is a label that Prometheus itself gives
            buckets=_SECONDS,
            registry=registry,
        )
        self._search_seconds = Histogram(
            "idearc_search_seconds",
            "How long those who search the web took for a phrase",
            ["outcome"],
            buckets=_SECONDS,
            registry=registry,
        )
        for outcome in _OUTCOMES:  # all are there from the start, or a rate would miss the first
            self._search_seconds.labels(outcome)
            for job_name in job_names:
                self._run_seconds.labels(job_name, outcome)
        self._lock = threading.Lock()
        self._live: Counter[str] = Counter()
        self._waiting: Callable[[], int] = int
        self._minute: dict[str, float] = defaultdict(float)
        self._failed: deque[float] = deque(maxlen=60)  # runs, in each of the last minutes

    def count_runs(self, run: Run) -> Run:
        """The same, counted."""

        def counted(job_name: str, idea_id: str, note: Note) -> None:
            with self._timed("runs", self._run_seconds, job_name):
                run(job_name, idea_id, note)

        return counted

    def count_waiting(self, waiting: Callable[[], int]) -> None:
        """`waiting` tells how many runs wait for their turn in this process."""
        self._waiting = waiting

    def count_search(self) -> AbstractContextManager[None]:
        return self._timed("searches", self._search_seconds)

    @contextmanager
    def _timed(self, what: str, histogram: Histogram, *labels: str) -> Iterator[None]:
        started, outcome = time.monotonic(), "failed"
        with self._lock:
            self._live[what] += 1
        try:
            yield
            outcome = "ended"
        finally:
            seconds = time.monotonic() - started
            histogram.labels(*labels, outcome).observe(seconds)
            with self._lock:
                self._live[what] -= 1
                self._minute[f"{what} {outcome}"] += 1
                self._minute[f"{what} seconds"] += seconds

    def minute(self) -> str:
        """What there was since the last call, of which there is one a minute; "" for nothing."""
        with self._lock:
            there, self._minute = self._minute, defaultdict(float)
            live = self._live["runs"]
        waiting = self._waiting()
        is_quiet = not (there or live or waiting)
        self._failed.append(there["runs failed"])
        if is_quiet:
            return ""
        return (
            f"live={live} waiting={waiting} ended={there['runs ended']:g} "
            f"failed={there['runs failed']:g} failed_within_an_hour={sum(self._failed):g} "
            f"run_seconds={there['runs seconds']:.1f} searches_ended={there['searches ended']:g} "
            f"searches_failed={there['searches failed']:g}"
        )

    def log_each_minute(self, seconds: float = 60) -> None:
        """From a thread of its own, in the minutes in which there was something."""

        def work() -> None:
            while True:
                time.sleep(seconds)
                if words := self.minute():
                    log.info("last minute: %s", words)

        with suppress(RuntimeError):  # the system gives no more threads
            threading.Thread(target=work, name="idearc-minutes", daemon=True).start()

    def serve(self, address: str) -> None:
        """From a thread of its own; `address` is a port of this machine, or `host:port`.

        Where that can't be, it is logged: what is watched goes on.
        """
        host, _, port = address.rpartition(":")
        try:
            start_http_server(int(port), host.strip("[]") or "127.0.0.1", self._registry)
        except (OSError, RuntimeError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            log.warning("No metrics: IDEARC_METRICS_PORT=%s can't be used (%s)", address, why)
