"""Work beside an event loop."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


def in_thread(work: Callable[[], T]) -> asyncio.Future[T]:
    """In a thread of its own, which doesn't keep the process from ending, as those of a pool do."""
    loop = asyncio.get_running_loop()
    over: asyncio.Future[T] = loop.create_future()

    def tell(outcome: T | None, error: Exception | None) -> None:
        if over.done():
            return
        if error is not None:
            over.set_exception(error)
        else:
            over.set_result(outcome)  # type: ignore[arg-type] # None only where T is

    def run() -> None:
        outcome, problem = None, None
        try:
            outcome = work()
        except Exception as error:  # noqa: BLE001 # raised where the work is waited for
            problem = error
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(tell, outcome, problem)

    threading.Thread(target=run, name="idearc-run", daemon=True).start()
    return over
