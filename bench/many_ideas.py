"""How long the list takes with 100,000 ideas stored: its first page, its last, and searches.

.venv/bin/python bench/many_ideas.py prints milliseconds inside the application, median and worst of
the rounds, on a SQLite file that it makes for itself.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import insert

from idearc.bootstrap import build
from idearc.core import IDEAS_PER_PAGE, Idearc
from idearc.database import open_database
from idearc.jobs.competitors import Competitor
from idearc.jobs.features import Feature
from idearc.models import Idea, Result, new_id, now
from idearc.settings import Settings

TEXT = "Owners of small hair salons fill gaps: clients nearby get an offer when one cancels. " * 4


def fill(url: str, count: int) -> None:
    start = now() - timedelta(seconds=count)
    ideas = [
        {
            "id": new_id(),
            "token": new_id(),
            "name": f"Salon number {number}",
            "text": f"{TEXT} {new_id()}",
            "known": [],
            "created_at": start + timedelta(seconds=number),
            "line_id": new_id(),
            "version": 1,
        }
        for number in range(count)
    ]
    engine = open_database(url, lock_seconds=10)
    with engine.begin() as connection:
        connection.execute(insert(Idea), ideas)
        for job, table, findings in (("competitors", Competitor, 8), ("features", Feature, 7)):
            usual = dict.fromkeys(("provider", "model"), "m") | {"searched": [], "pages": []}
            numbers = {"seconds": 20.0, "input_tokens": 100, "output_tokens": 200}
            connection.execute(
                insert(Result),
                [
                    {**usual, **numbers, "job": job, "idea_id": idea["id"], "created_at": start}
                    for idea in ideas
                ],
            )
            texts = dict.fromkeys(("name", "what", "why", "kind", "priority", "effort"), "words")
            lists = {"strengths": ["good"], "weaknesses": ["bad"], "sources": []}
            known = {
                key: value for key, value in {**texts, **lists}.items() if key in table.model_fields
            }
            for place in range(findings):
                connection.execute(
                    insert(table),
                    [{**known, "idea_id": idea["id"], "position": place} for idea in ideas],
                )
    engine.dispose()


def show(idearc: Idearc, page: int, search: str) -> None:
    """What the page of the list asks for."""
    ideas = idearc.ideas(1, search)
    if len(ideas) == IDEAS_PER_PAGE:
        idearc.count_ideas(search)
        ideas = ideas if page == 1 else idearc.ideas(page, search)
    idearc.progress(ideas)


def measure(what: str, action: Callable[[], None], rounds: int) -> None:
    taken = []
    for _ in range(rounds + 1):
        started = time.perf_counter()
        action()
        taken.append(1000 * (time.perf_counter() - started))
    taken = taken[1:]  # the first warms up
    print(f"{what:34}{statistics.median(taken):8.1f}{max(taken):8.1f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ideas", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/idearc.db"
        fill(url, options.ideas)
        idearc = build(Settings().model_copy(update={"database_url": url}))
        last = options.ideas // IDEAS_PER_PAGE
        print(f"{options.ideas:,} ideas; milliseconds{'':6}{'median':>14}{'max':>8}")
        for what, page, search in (
            ("the first page", 1, ""),
            ("the last page", last, ""),
            ("a search that finds all", 1, "salons offer"),
            ("a search that finds one", 1, "number 4711"),
            ("a search that finds none", 1, "nonsense"),
        ):
            measure(what, lambda p=page, s=search: show(idearc, p, s), options.rounds)


if __name__ == "__main__":
    main()
