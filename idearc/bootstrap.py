"""Builds the application from its settings: the only file that names the concrete kinds."""

import functools
import logging
from datetime import UTC, datetime

import psutil

from idearc.core import Idearc, run_job
from idearc.errors import ProviderError
from idearc.providers import Provider
from idearc.runners.threads import ThreadRunner
from idearc.settings import Settings
from idearc.store import Store

SETUP_HINT = (
    "No model is set up yet. Set OPENAI_API_KEY to use OpenAI, or OPENAI_BASE_URL to use a server "
    "that speaks its API, for instance http://127.0.0.1:11434/v1 for Ollama; in the environment "
    "or in a file named .env beside app.py. Then start Idearc again."
)


# This part of a run's time is left to keep the answer while another process holds the database.
_KEEPING = 0.1


def build(settings: Settings) -> Idearc:
    """The application, its database ready. Raises StoreError when the database can't be used."""
    _log_to_stderr()
    store = Store(settings.database_url, lock_seconds=min(10, _KEEPING * settings.job_timeout))
    provider = functools.cache(lambda: build_provider(settings))

    def run(job_name: str, idea_id: str) -> None:
        run_job(store, provider(), job_name, idea_id)

    return Idearc(
        store,
        ThreadRunner(run, settings.max_jobs),
        max_ticks=settings.max_ticks,
        tick_seconds=settings.tick_seconds,
        process_started_at=datetime.fromtimestamp(psutil.Process().create_time(), UTC),
        setup_hint="" if settings.openai_base_url or settings.openai_api_key else SETUP_HINT,
    )


def build_provider(settings: Settings) -> Provider:
    """The provider that the settings choose. Its SDK takes a second to import: call it in a run."""
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
    timeout_seconds = (1 - _KEEPING) * settings.job_timeout
    if settings.openai_base_url:
        from idearc.providers.compatible import CompatibleProvider

        return CompatibleProvider(
            base_url=settings.openai_base_url,
            api_key=key,
            model=settings.model,
            timeout_seconds=timeout_seconds,
        )
    if key:
        from idearc.providers.openai import OpenAIProvider

        return OpenAIProvider(api_key=key, model=settings.model, timeout_seconds=timeout_seconds)
    raise ProviderError(SETUP_HINT)


def _log_to_stderr() -> None:
    """Our own lines from INFO on, everybody else's from WARNING on."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("idearc").setLevel(logging.INFO)
