"""Answers of two writers, and what each of them does in a process of its own.

Such a process imports this module, which is why it is a small one.
"""

from collections.abc import Sequence
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier

from idearc.database import migrate
from idearc.jobs import JOBS
from idearc.jobs.features import FeatureFields
from idearc.models import Idea
from idearc.providers import Answer, Provenance
from idearc.store import Store

FEATURES = JOBS["features"]


def answer(writer: str, count: int = 5) -> Answer:
    return Answer(
        [
            FeatureFields(name=f"{writer} {n}", what="w", why="y", priority="must", effort="S")
            for n in range(count)
        ],
        Provenance("p", writer, 1, 2, searched=["q"], pages=["https://example.com"]),
    )


def write(url: str, tokens: Sequence[str], writer: str, start: Barrier, wins: Queue) -> None:
    start.wait()  # before there is any table: both make them at once
    migrate(url)
    store = Store(url)
    for token in tokens:
        stored, is_new = store.add_idea(Idea(token=token, name="Salon gaps", text="Fill gaps."))
        won = store.save(FEATURES, stored.id, answer(writer), 0)
        wins.put((stored.id, writer, is_new, won))
    store.close()
