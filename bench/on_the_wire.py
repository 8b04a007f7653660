"""What open workspaces cost the server: many visitors without a browser."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack

import psutil
from app_server import AppServer
from apps import Apps, wait_for_its_first_second
from conftest import an_idea
from in_browser import Row
from model_server import ModelServer
from visitor import Visitor

from idearc.store import Store

_NO_END = {"IDEARC_MAX_TICKS": "100000"}


def _waiting_ideas(store: Store, count: int) -> list[str]:
    """Younger than the server: another process works on them, for all that it knows."""
    return [store.add_idea(an_idea())[0].id for _ in range(count)]


def cpu_seconds(server: AppServer) -> float:
    used = psutil.Process(server.pid).cpu_times()
    return used.user + used.system


def _megabytes(server: AppServer) -> float:
    return psutil.Process(server.pid).memory_info().rss / 1e6


def ticks(apps: Apps, rounds: int) -> Iterator[Row]:
    """One workspace that waits, in turns of fifty ticks."""
    cpu, wall = defaultdict(list), defaultdict(list)

    async def turn(name: str, server: AppServer, visitor: Visitor) -> None:
        before = cpu_seconds(server)
        wall[name] += [await visitor.tick() for _ in range(50)]
        cpu[name].append((cpu_seconds(server) - before) / 50)

    async def take_turns(servers: dict[str, AppServer], store: Store) -> None:
        async with AsyncExitStack() as stack:
            visitors = {}
            for name, server in servers.items():
                (idea_id,) = _waiting_ideas(store, 1)
                visitors[name] = await stack.enter_async_context(Visitor(server.url, idea_id))
            for _ in range(rounds + 1):
                for name, visitor in visitors.items():
                    await turn(name, servers[name], visitor)

    names = apps.names("idearc", "before", "bare")
    shared = {**_NO_END, "IDEARC_DATABASE_URL": apps.database_url("ticks")}
    with ModelServer() as model, apps.start_all(names, model, **shared) as servers:
        store = Store(apps.database_url("ticks"))
        for server in servers.values():
            wait_for_its_first_second(server)
        asyncio.run(take_turns(servers, store))
        store.close()
    yield "CPU of a tick of a waiting workspace", {name: cpu[name][1:] for name in names}
    yield "  until the page has been run", {name: wall[name][50:] for name in names}


def crowd(apps: Apps, seconds: int, visitors: int = 300) -> Iterator[Row]:
    """The server has one core, the visitors have the others (Linux); each looks every 5 s."""
    taken: list[float] = []

    async def look(visitor: Visitor, until: float) -> None:
        await asyncio.sleep(random.uniform(0, 5))
        while time.monotonic() < until:
            taken.append(await visitor.tick())
            await asyncio.sleep(max(0, 5 - taken[-1]))

    async def come(server: AppServer, ideas: list[str]) -> float:
        async with AsyncExitStack() as stack:
            open_ones = [
                await stack.enter_async_context(Visitor(server.url, idea)) for idea in ideas
            ]
            until, before = time.monotonic() + seconds, cpu_seconds(server)
            await asyncio.gather(*(look(visitor, until) for visitor in open_ones))
            elapsed = time.monotonic() - until + seconds
            return (cpu_seconds(server) - before) / elapsed

    cores = psutil.Process().cpu_affinity()
    with ModelServer() as model, apps.start("idearc crowd", model, **_NO_END) as server:
        psutil.Process(server.pid).cpu_affinity(cores[:1])
        psutil.Process().cpu_affinity(cores[1:])
        try:
            wait_for_its_first_second(server)
            share = _with_store(apps, "idearc crowd", visitors, lambda ideas: come(server, ideas))
        finally:
            psutil.Process().cpu_affinity(cores)
    yield f"{visitors} waiting workspaces on one core: a tick", {"idearc": taken}
    yield "  share of the core", {"idearc": [share]}


def memory(apps: Apps) -> Iterator[Row]:
    """In MB, that of the server's process."""
    sizes: dict[str, float] = {}

    async def come(server: AppServer, ideas: list[str]) -> float:
        async def open_and_close(count: int) -> None:
            for place in range(0, count, 20):
                async with AsyncExitStack() as stack:
                    for idea in ideas[place % 100 :][:20]:
                        await stack.enter_async_context(Visitor(server.url, idea))

        await open_and_close(200)  # warms up
        async with AsyncExitStack() as stack:
            before = _megabytes(server)
            for idea in ideas:
                await stack.enter_async_context(Visitor(server.url, idea))
            sizes["one"] = (_megabytes(server) - before) / len(ideas)
        await open_and_close(500)
        before = _megabytes(server)
        await open_and_close(500)
        sizes["sessions"] = _megabytes(server) - before
        async with Visitor(server.url, ideas[0]) as visitor:
            for _ in range(1_000):
                await visitor.tick()
            before = _megabytes(server)
            for _ in range(9_000):
                await visitor.tick()
        return _megabytes(server) - before

    with ModelServer() as model, apps.start("idearc memory", model, **_NO_END) as server:
        wait_for_its_first_second(server)
        growth = _with_store(apps, "idearc memory", 100, lambda ideas: come(server, ideas))
    yield "MB of an open workspace", {"idearc": [sizes["one"]]}
    yield "MB more of 500 further ones, opened and closed", {"idearc": [sizes["sessions"]]}
    yield "MB more from tick 1,000 to 10,000", {"idearc": [growth]}


def _with_store(
    apps: Apps, name: str, ideas: int, come: Callable[[list[str]], Coroutine[None, None, float]]
) -> float:
    store = Store(apps.database_url(name))
    idea_ids = _waiting_ideas(store, ideas)
    store.close()
    return asyncio.run(come(idea_ids))
