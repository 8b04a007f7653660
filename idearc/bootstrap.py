"""Builds the application from its settings: the only file that names the concrete kinds."""

import asyncio
import functools
import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import psutil

from idearc.core import Idearc
from idearc.errors import IdearcError
from idearc.jobs import JOBS
from idearc.limits import Limits
from idearc.metrics import Metrics
from idearc.preview import Note
from idearc.providers import Provider
from idearc.run import run_job
from idearc.runners import Runner
from idearc.runners.threads import ThreadRunner
from idearc.searchers import Searcher
from idearc.settings import Settings, data_folder, unknown_variables
from idearc.store import Store

if TYPE_CHECKING:
    from idearc.runners.engine import Connection

T = TypeVar("T")

log = logging.getLogger(__name__)

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

FIRST_PAGE_SECONDS = 2  # the first page is most likely there then, and other work may begin

# This part of a run's time is left to keep the answer while another process holds the database.
_KEEPING = 0.1


def build(settings: Settings) -> Idearc:
    """The application, its database ready. Raises IdearcError when it can't be used."""
    begin_to_watch(settings)
    changed = threading.Event()
    store = build_store(settings)
    provider = _once(lambda: build_provider(settings))  # where it is asked in this process
    return Idearc(
        store,
        _build_runner(settings, store, provider, changed),
        max_ticks=settings.ticks,
        tick_seconds=settings.tick_seconds,
        process_started_at=_process_started_at(),
        changed=changed,
        limits=Limits(settings.ideas_per_hour, settings.jobs_per_visitor),
        find_servers=_find_servers if settings.answers == "embedded" else None,
        search_goes_to=settings.search_goes_to,
        warm_up=_once(lambda: _warm_up(settings, provider)),
    )


def begin_to_watch(settings: Settings) -> None:
    """Begins the log, with a line a minute, and the metrics, where they are wanted.

    It may be called again: nothing is begun, or said, twice in a process. To stderr go our own
    lines from INFO on, everybody else's from WARNING on.
    """
    logging.basicConfig(format=LOG_FORMAT)
    logging.getLogger("idearc").setLevel(logging.INFO)
    for problem in unknown_variables():
        _warn_once(problem)
    _log_minutes()
    if settings.metrics_port:
        _serve_metrics(settings.metrics_port)


@functools.cache
def _metrics() -> Metrics:
    return Metrics(JOBS)


@functools.cache
def _warn_once(problem: str) -> None:
    log.warning("%s", problem)


@functools.cache
def _log_minutes() -> None:
    _metrics().log_each_minute()


@functools.cache
def _serve_metrics(address: str) -> None:
    _metrics().serve(address)


def _process_started_at() -> datetime:
    """At most a second too late, never too early: what an earlier process began is older.

    Linux tells in whole seconds when it was booted, from which it is measured.
    """
    measured = datetime.fromtimestamp(psutil.Process().create_time(), UTC)
    return measured + timedelta(seconds=1)


def work(settings: Settings, grace_seconds: float) -> None:
    """Carries out what Temporal gives this process, until a signal ends it."""
    begin_to_watch(settings)
    there = connection(settings)
    from idearc import worker

    store = build_store(settings)
    log.info("database=%s temporal=%s", store.address, there.address)
    run = functools.partial(run_job, store, build_provider(settings), build_searcher(settings))
    connected = worker.connect(
        there,
        _metrics().count_runs(run),
        max_jobs=settings.jobs_at_once,
        jobs_per_second=settings.jobs_per_second,
        grace_seconds=grace_seconds,
    )
    asyncio.run(worker.work(connected))


def build_store(settings: Settings) -> Store:
    return Store(settings.database_url, lock_seconds=min(10, _KEEPING * settings.job_seconds))


def _once(make: Callable[[], T]) -> Callable[[], T]:
    """Done for the first one who asks; all others get the same."""
    making = threading.Lock()  # or the first two would make one each
    made = functools.cache(make)

    def get() -> T:
        with making:
            return made()

    return get


def _warm_up(settings: Settings, provider: Callable[[], Provider]) -> None:
    """In a thread of its own, once the first page is there."""
    if not (settings.warm_up and settings.answers == "embedded" and settings.runner == "threads"):
        return

    def warm_up() -> None:
        try:
            provider().warm_up(JOBS.values())
        # The first run meets it again, and says it where it is seen.
        except (IdearcError, OSError) as error:
            log.warning("not warmed up: %s", error)

    later = threading.Timer(FIRST_PAGE_SECONDS, warm_up)
    later.name, later.daemon = "idearc-warm-up", True
    with suppress(RuntimeError):  # the system gives no more threads
        later.start()


def _build_runner(
    settings: Settings, store: Store, provider: Callable[[], Provider], changed: threading.Event
) -> Runner:
    if settings.runner == "threads":
        searcher = _once(lambda: build_searcher(settings))

        def run(job_name: str, idea_id: str, note: Note) -> None:
            run_job(store, provider(), searcher(), job_name, idea_id, note)

        runner = ThreadRunner(
            _metrics().count_runs(run), settings.jobs_at_once, on_change=changed.set
        )
        _metrics().count_waiting(lambda: runner.waiting)
        return runner
    there = connection(settings)
    from idearc.runners.engine import Limits
    from idearc.runners.temporal import TemporalRunner

    return TemporalRunner(there, Limits(settings.job_seconds, settings.max_attempts))


def connection(settings: Settings) -> "Connection":
    """To Temporal, which is not asked yet. Raises IdearcError when its packages are missing."""
    try:
        from idearc.runners.engine import Connection
    except ModuleNotFoundError as error:
        raise IdearcError(
            f"IDEARC_RUNNER=temporal needs more Python packages ({error.name}). Install Idearc "
            "with its extra `scale`, as OPERATING.md says, then start again."
        ) from error
    key = settings.temporal_api_key
    return Connection(
        settings.temporal_address,
        settings.temporal_namespace,
        key.get_secret_value() if key else None,
    )


def build_provider(settings: Settings) -> Provider:
    """The provider that the settings choose. Its SDK takes a second to import: not for a page."""
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
    timeout_seconds = (1 - _KEEPING) * settings.job_seconds
    # Temporal tries again itself, where it can be seen.
    max_retries = 4 if settings.runner == "threads" else 0
    match settings.answers:
        case "compatible":
            from idearc.providers.compatible import CompatibleProvider

            return CompatibleProvider(
                base_url=str(settings.openai_base_url),
                api_key=key,
                model=settings.model,
                timeout_seconds=timeout_seconds,
                max_retries=max_retries,
            )
        case "openai":
            from idearc.providers.openai import OpenAIProvider

            return OpenAIProvider(
                base_url=f"https://{settings.openai_host}/v1",
                api_key=key,
                model=settings.model,
                timeout_seconds=timeout_seconds,
                max_retries=max_retries,
            )
        case "embedded":
            from idearc.providers.embedded import EmbeddedProvider

            return EmbeddedProvider(
                model_path=settings.model_path,
                folder=data_folder() / "models",
                timeout_seconds=timeout_seconds,
            )


def build_searcher(settings: Settings) -> Searcher | None:
    """The searcher that the settings choose; None where there is none, or the model searches."""
    if not settings.search_goes_to:
        return None
    from idearc.searchers.polite import PoliteSearcher

    if settings.search == "duckduckgo":
        from idearc.searchers.ddgs import DdgsSearcher

        return PoliteSearcher(DdgsSearcher(), counted=_metrics().count_search)
    from idearc.searchers.searxng import SearxngSearcher

    return PoliteSearcher(SearxngSearcher(settings.search), counted=_metrics().count_search)


def _find_servers() -> Mapping[str, str]:
    from idearc.providers.nearby import answering_servers

    return answering_servers()
