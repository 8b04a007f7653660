"""Where a job, a model, a search and the database meet."""

import time
from typing import NoReturn

from idearc.errors import SearchError, StoreError
from idearc.jobs import JOBS
from idearc.models import Idea
from idearc.preview import Note
from idearc.providers import Provider, Search
from idearc.searchers import Searcher
from idearc.store import Store


def run_job(
    store: Store,
    provider: Provider,
    searcher: Searcher | None,
    job_name: str,
    idea_id: str,
    note: Note,
) -> None:
    """Ask, and keep the answer. Safe to run twice; raises what the provider and the store raise.

    The web is searched where who wrote the idea wants it, by nobody else than was said then.
    """
    job, idea = JOBS[job_name], store.idea(idea_id)
    if idea is None:
        raise StoreError(
            "This idea is not in the database of the process that ran its job. Perhaps it was "
            "deleted; else check that IDEARC_DATABASE_URL is the same for all, then try again."
        )
    if (idea_id, job_name) in store.results([idea_id]):
        return
    started = time.monotonic()
    answer = provider.ask(job, idea, note, _search(searcher, idea))
    store.save(job, idea_id, answer, seconds=time.monotonic() - started)


def _search(searcher: Searcher | None, idea: Idea) -> Search | None:
    """What searches for the idea; None where that was not wanted, or the model does it itself."""
    if searcher is None or not idea.search_goes_to:
        return None
    if searcher.recipients == idea.search_goes_to:
        return searcher.search

    def refuse(_phrase: str) -> NoReturn:
        raise SearchError(
            f"The web was not searched: when the idea was written, phrases were to go to "
            f"{idea.search_goes_to}, and now they would go to {searcher.recipients}. Refine the "
            "idea to search there."
        )

    return refuse
