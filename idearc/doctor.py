"""Looks whether all that Idearc needs is there, and says in plain words what is wrong."""

import asyncio
import logging
from collections.abc import Callable, Iterator

from idearc.bootstrap import build_provider, build_searcher, build_store, connection
from idearc.errors import IdearcError, explained
from idearc.settings import Settings, read_settings, unknown_variables
from idearc.text import counted

log = logging.getLogger(__name__)

Check = tuple[str, bool, str]  # what was looked at, whether it is well, and what is to be said


def examine() -> Iterator[Check]:
    """One check after the other, each as soon as it is known."""
    try:
        settings = read_settings()
    except Exception as error:  # who asks the doctor is told, whatever it is
        log.debug("settings", exc_info=True)
        yield "settings", False, explained(error)
        return
    yield "settings", True, f"IDEARC_RUNNER={settings.runner}"
    for problem in unknown_variables():
        yield "variables", False, problem
    yield _check("database", _database, settings)
    if settings.runner == "temporal":
        yield _check("Temporal", _temporal, settings)
    yield _check("model", lambda settings: build_provider(settings).check(), settings)
    yield _check("search", _search, settings)


def _check(name: str, look: Callable[[Settings], str], settings: Settings) -> Check:
    try:
        return name, True, look(settings)
    except Exception as error:
        log.debug(name, exc_info=True)
        return name, False, explained(error)


def _database(settings: Settings) -> str:
    store = build_store(settings)
    try:
        return f"{store.address}, {counted(store.count_ideas(), 'idea')}"
    finally:
        store.close()


def _search(settings: Settings) -> str:
    """One's own is asked; others are nobody's to be asked without need."""
    searcher = build_searcher(settings)
    if searcher is None:
        return "by the model itself" if settings.answers == "openai" else "off"
    if settings.search == "duckduckgo":
        return f"{searcher.recipients}, where a visitor ticks it; not asked now"
    found = searcher.search("weather")
    return f"{searcher.recipients}, {counted(len(found), 'result')} for “weather”"


def _temporal(settings: Settings) -> str:
    there = connection(settings)
    _, workers = asyncio.run(there.tried_client())
    if not workers:
        raise IdearcError(
            f"Temporal at {there.address} answers, but no worker has asked it for work in the "
            "last minute, so jobs only wait. Start one: idearc worker."
        )
    return f"{there.address}, {workers} worker{'s' if workers > 1 else ''}"
