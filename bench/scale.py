"""What Idearc does on more than one process: PostgreSQL, Temporal, web processes and workers.

.venv/bin/python bench/scale.py 2> scale.log starts all of them on this machine and prints a line
for each figure as soon as it is there. --only PART measures one part.
"""

import argparse
import asyncio
import math
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import apps
from app_server import AppServer
from conftest import an_idea
from model_server import ModelServer, Reply
from postgres_server import PostgresServer
from temporal_server import TemporalServer, WorkerProcess
from visitor import Writer

from idearc.bootstrap import build, build_store
from idearc.core import Idearc
from idearc.database import migrate
from idearc.errors import StoreError
from idearc.jobs import JOBS
from idearc.models import new_id
from idearc.progress import State
from idearc.settings import read_settings


class Fleet:
    """All servers, and the environment that leads to them."""

    def __init__(self) -> None:
        self.database, self.temporal, self.model = PostgresServer(), TemporalServer(), ModelServer()
        os.environ |= {
            "IDEARC_RUNNER": "temporal",
            "TEMPORAL_ADDRESS": self.temporal.address,
            "OPENAI_BASE_URL": self.model.url,
        }

    @contextmanager
    def workers(self, count: int, max_jobs: int, **settings: str) -> Iterator[list[WorkerProcess]]:
        """With a database and a model's server as new."""
        os.environ["IDEARC_DATABASE_URL"] = self.database.url(self.database.new_database())
        migrate(os.environ["IDEARC_DATABASE_URL"])
        self.model.forget()
        with ExitStack() as stack:
            yield [
                stack.enter_context(WorkerProcess("--max-jobs", str(max_jobs), **settings))
                for _ in range(count)
            ]

    def close(self) -> None:
        self.temporal.close()
        self.database.close()
        self.model.close()


def submit(idearc: Idearc, count: int) -> list[str]:
    with ThreadPoolExecutor(8) as visitors:
        return list(visitors.map(lambda _: idearc.submit("", apps.IDEA, new_id()), range(count)))


def wait(ideas: int) -> float:
    """Until all their jobs are done; the time then. Nothing is there twice, and nothing in part."""
    store = build_store(read_settings())
    while True:
        found = store.ideas(limit=ideas)
        results = store.results([idea.id for idea in found])
        if len(results) == ideas * len(JOBS):
            break
        time.sleep(0.05)
    done = time.monotonic()
    for idea in found:
        for job in JOBS.values():
            assert len(store.findings(job, idea.id)) == results[idea.id, job.name][1] > 1
    assert store.count_ideas() == ideas
    store.close()
    return done


def drain(fleet: Fleet) -> Iterator[str]:
    """Two web processes, three workers, fifty visitors who submit at the same time."""
    workers, slots, ideas, seconds = 3, 10, 50, 3
    fleet.model.latency_seconds = seconds
    with ExitStack() as stack:
        stack.enter_context(fleet.workers(workers, slots))
        webs = [stack.enter_context(AppServer(apps.ROOT / "app.py")) for _ in range(2)]

        async def visit() -> tuple[float, float]:
            async with asyncio.TaskGroup() as group:
                opening = [
                    group.create_task(Writer(webs[number % 2].url).open())
                    for number in range(ideas)
                ]
            started = time.monotonic()
            async with asyncio.TaskGroup() as group:
                for writer in opening:
                    group.create_task(writer.result().submit(apps.IDEA))
            return started, time.monotonic()

        started, shown = asyncio.run(visit())
        took, shown = wait(ideas) - started, shown - started
    jobs = ideas * len(JOBS)
    ideal = math.ceil(jobs / workers / slots) * seconds
    yield (
        f"{ideas} ideas at once, {jobs} jobs of {seconds} s, {workers} x {slots} at a time: "
        f"{took:.1f} s, {took / ideal:.2f} x ideal; model asked {len(fleet.model.requests)} times, "
        f"all workspaces shown after {shown:.1f} s"
    )


def visitor(fleet: Fleet) -> Iterator[str]:
    """What a submit costs the visitor, from the click until the workspace has been run."""
    fleet.model.latency_seconds = 0.1
    taken: dict[str, list[float]] = {"threads": [], "temporal": []}
    with fleet.workers(1, 10), ExitStack() as stack:
        webs = {
            runner: stack.enter_context(AppServer(apps.ROOT / "app.py", IDEARC_RUNNER=runner))
            for runner in taken
        }

        async def visit(runner: str) -> None:
            writer = await Writer(webs[runner].url).open()
            taken[runner].append(await writer.submit(apps.IDEA))

        for number in range(42):
            for runner in sorted(taken, reverse=bool(number % 2)):
                asyncio.run(visit(runner))
                time.sleep(0.3)
    threads, temporal = (sorted(one[2:])[20] for one in taken.values())
    yield (
        f"submit until the workspace has been run, median of 40: threads {1000 * threads:.0f} ms, "
        f"Temporal {1000 * temporal:.0f} ms"
    )


def kill(fleet: Fleet) -> Iterator[str]:
    fleet.model.latency_seconds = 3
    ideas = 20
    for how in ("kill -9", "SIGTERM"):
        with fleet.workers(3, 10) as workers:
            submit(build(read_settings()), ideas)
            while len(fleet.model.requests) < 30:
                time.sleep(0.02)
            time.sleep(1)
            ended = time.monotonic()
            if how == "kill -9":
                workers[0].kill()
            else:
                assert workers[0].terminate() == 0
            took = wait(ideas) - ended
        again = len(fleet.model.requests) - ideas * len(JOBS)
        yield f"{how} of one of 3 in mid-run: all done after {took:.1f} s, {again} runs again"


def outages(fleet: Fleet) -> Iterator[str]:
    """Each away for 20 s in mid-run; what a web process sees meanwhile."""
    fleet.model.latency_seconds = 3
    ideas, away = 10, 20
    for name, server in (("Temporal", fleet.temporal), ("PostgreSQL", fleet.database)):
        with fleet.workers(2, 5):
            idearc = build(read_settings())
            ids = submit(idearc, ideas)
            shown = [idearc.idea(one) for one in ids]
            time.sleep(1.5)
            server.stop()
            seen: Counter[str] = Counter()
            back = time.monotonic() + away
            while time.monotonic() < back:
                try:
                    there = idearc.progress(shown)
                    seen.update(one.state for jobs in there.values() for one in jobs.values())
                except StoreError:
                    seen["the database can't be used"] += 1
                time.sleep(1)
            server.start()
            took = wait(ideas) - back
        states = ", ".join(sorted(seen))
        yield f"{name} away for {away} s: seen {states}; all done {took:.1f} s after it is back"


def attempts(fleet: Fleet) -> Iterator[str]:
    fleet.model.latency_seconds = 0
    broken = Reply(status=500, error={"message": "out of memory"})
    for what, replies in {
        "fails twice and works": [broken] * 2,
        "always fails": [broken] * 9,
        "is refused for good": [Reply(status=401)] * 9,
    }.items():
        with fleet.workers(1, 5, IDEARC_MAX_ATTEMPTS="4"):
            os.environ["IDEARC_MAX_ATTEMPTS"] = "4"
            idearc = build(read_settings())
            fleet.model.script["features"] = list(replies)
            idea = idearc.idea(idearc.submit("", apps.IDEA, new_id()))

            def features() -> tuple[State, str]:
                one = idearc.progress([idea])[idea.id]["features"]  # noqa: B023
                return one.state, one.note

            started = time.monotonic()
            while features()[0] == State.WORKING:
                time.sleep(0.1)
            took, asked = time.monotonic() - started, fleet.model.asked("features")
            state, note = features()
            yield f"a job that {what}: {state} after {asked} attempts, {took:.1f} s. {note}"
            if state == State.FAILED:
                fleet.model.script.clear()
                idearc.retry("features", idea.id)
                wait(1)
                yield f"  a retry of it: done after {fleet.model.asked('features') - asked} more"


def limits(fleet: Fleet) -> Iterator[str]:
    fleet.model.latency_seconds = 0.2
    ideas, limit = 40, 5
    with fleet.workers(2, 10, IDEARC_JOBS_PER_SECOND=str(limit)):
        started = time.monotonic()
        submit(build(read_settings()), ideas)
        took = wait(ideas) - started
        at = sorted(request.at for request in fleet.model.requests)
        for window in (1, 5):
            worst = max(sum(one <= other < one + window for other in at) for one in at)
            yield (
                f"limit of {limit} jobs a second for 2 workers, {len(at)} jobs in {took:.1f} s: "
                f"worst window of {window} s has {worst}"
            )
    with fleet.workers(2, 10):
        idearcs = [build(read_settings()) for _ in range(2)]
        store = build_store(read_settings())
        ids = [store.add_idea(an_idea())[0].id for _ in range(50)]
        starts = [(idearc, one) for one in ids for idearc in idearcs]
        with ThreadPoolExecutor(16) as visitors:
            list(visitors.map(lambda one: one[0].retry("features", one[1]), starts))
        while len(store.results(ids)) < len(ids):
            time.sleep(0.1)
        time.sleep(1)
        store.close()
        yield f"{len(starts)} starts of {len(ids)} jobs: {len(fleet.model.requests)} runs"


def throughput(fleet: Fleet) -> Iterator[str]:
    fleet.model.latency_seconds = 1
    slots = 8
    for count in (1, 2, 4):
        with fleet.workers(count, slots):
            idearc = build(read_settings())
            submit(idearc, 1)
            wait(1)
            ideas = 32 * count
            started = time.monotonic()
            submit(idearc, ideas)
            took = wait(ideas + 1) - started
        jobs = ideas * len(JOBS)
        ideal = count * slots / fleet.model.latency_seconds
        yield (
            f"{count} workers x {slots}, jobs of 1 s: {jobs / took:.1f} jobs a second, "
            f"{jobs / took / ideal:.2f} of the ideal"
        )


PARTS: Sequence[Callable[[Fleet], Iterator[str]]] = (
    drain, visitor, kill, outages, attempts, limits, throughput,
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=[part.__name__ for part in PARTS])
    only = parser.parse_args().only
    fleet = Fleet()
    try:
        for part in PARTS:
            for line in part(fleet) if only in {None, part.__name__} else ():
                print(line, flush=True)
    finally:
        fleet.close()


if __name__ == "__main__":
    main()
