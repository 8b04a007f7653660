"""Builds the application from its settings: the only file that names the concrete kinds."""

import functools
import logging
import threading
from collections.abc import Mapping
from datetime import UTC, datetime

import psutil

from idearc.core import Idearc, run_job
from idearc.providers import Note, Provider
from idearc.runners.threads import ThreadRunner
from idearc.settings import Settings, data_folder
from idearc.store import Store

# This part of a run's time is left to keep the answer while another process holds the database.
_KEEPING = 0.1


def build(settings: Settings) -> Idearc:
    """The application, its database ready. Raises StoreError when the database can't be used."""
    _log_to_stderr()
    store = Store(settings.database_url, lock_seconds=min(10, _KEEPING * settings.job_seconds))
    provider = functools.cache(lambda: build_provider(settings))
    building = threading.Lock()  # or the first two runs would build one each

    def run(job_name: str, idea_id: str, note: Note) -> None:
        with building:
            shared = provider()
        run_job(store, shared, job_name, idea_id, note)

    is_embedded = settings.answers == "embedded"
    changed = threading.Event()
    return Idearc(
        store,
        # The embedded model takes one run after the other: here, those that wait know their place.
        ThreadRunner(run, 1 if is_embedded else settings.max_jobs, on_change=changed.set),
        max_ticks=settings.ticks,
        tick_seconds=settings.tick_seconds,
        process_started_at=datetime.fromtimestamp(psutil.Process().create_time(), UTC),
        changed=changed,
        find_servers=_find_servers if is_embedded else None,
    )


def build_provider(settings: Settings) -> Provider:
    """The provider that the settings choose. Its SDK takes a second to import: not for a page."""
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
    timeout_seconds = (1 - _KEEPING) * settings.job_seconds
    match settings.answers:
        case "compatible":
            from idearc.providers.compatible import CompatibleProvider

            return CompatibleProvider(
                base_url=str(settings.openai_base_url),
                api_key=key,
                model=settings.model,
                timeout_seconds=timeout_seconds,
            )
        case "openai":
            from idearc.providers.openai import OpenAIProvider

            return OpenAIProvider(
                api_key=key, model=settings.model, timeout_seconds=timeout_seconds
            )
        case "embedded":
            from idearc.providers.embedded import EmbeddedProvider

            return EmbeddedProvider(
                model_path=settings.model_path,
                folder=data_folder() / "models",
                timeout_seconds=timeout_seconds,
            )


def _find_servers() -> Mapping[str, str]:
    from idearc.providers.nearby import answering_servers

    return answering_servers()


def _log_to_stderr() -> None:
    """Our own lines from INFO on, everybody else's from WARNING on."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("idearc").setLevel(logging.INFO)
