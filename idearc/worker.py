"""A worker carries out the runs that Temporal gives it."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from idearc.background import in_thread
from idearc.models import now
from idearc.preview import Preview
from idearc.runners import Failed, Run, Running, attempt
from idearc.runners.engine import (
    ACTIVITY,
    HEARTBEAT_SECONDS,
    PREVIEW_BYTES,
    TASK_QUEUE,
    Connection,
    RunWorkflow,
)

log = logging.getLogger(__name__)


async def connect(
    connection: Connection,
    run: Run,
    *,
    max_jobs: int,
    jobs_per_second: float | None = None,
    grace_seconds: float = 0,
) -> Worker:
    """A worker that does nothing yet; `jobs_per_second` holds for all workers together.

    Raises IdearcError where Temporal can't be used; later, the worker waits for it.
    """
    client, _ = await connection.tried_client()
    # It would log what failed with all its words, which may quote the idea; `attempt` logs it.
    logging.getLogger("temporalio.activity").setLevel(logging.CRITICAL)
    return Worker(
        client,
        task_queue=TASK_QUEUE,
        workflows=[RunWorkflow],
        activities=[_activity(run)],
        max_concurrent_activities=max_jobs,
        max_task_queue_activities_per_second=jobs_per_second,
        disable_eager_activity_execution=True,  # it would go around that limit
        graceful_shutdown_timeout=timedelta(seconds=grace_seconds),
        # As often as they are given; else so rarely that one which is late would be the last.
        max_heartbeat_throttle_interval=timedelta(seconds=HEARTBEAT_SECONDS / 4),
    )


async def work(worker: Awaitable[Worker]) -> None:
    """Carries out runs until SIGTERM or SIGINT; what runs then may end, or is handed back."""
    stop = asyncio.Event()
    with suppress(NotImplementedError):  # on Windows, which has no SIGTERM
        for one in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(one, stop.set)
    async with await worker:
        log.info("worker started")
        await stop.wait()
        log.info("worker stops: what runs may end")
    log.info("worker stopped")


def _activity(run: Run) -> Callable[[str, str], Awaitable[None]]:
    @activity.defn(name=ACTIVITY)
    async def run_job(job_name: str, idea_id: str) -> None:
        running = Running(since=now())

        def note(new: str | Preview) -> None:
            nonlocal running
            running = running.noted(new)

        over = in_thread(partial(attempt, run, job_name, idea_id, note))
        try:
            while not over.done():
                activity.heartbeat(running.note, running.preview.within(PREVIEW_BYTES))
                await asyncio.wait([over], timeout=HEARTBEAT_SECONDS / 4)
        except asyncio.CancelledError:
            if activity.is_worker_shutdown():
                log.warning("handed back: job=%s idea=%s", job_name, idea_id)
                raise ApplicationError(
                    "Its worker was stopped.",
                    running.preview.within(PREVIEW_BYTES),
                    next_retry_delay=timedelta(milliseconds=1),
                ) from None
            await asyncio.wait([over])  # it can't be stopped, and takes one of the places
            raise
        outcome = over.result()
        if isinstance(outcome, Failed):
            pause = outcome.retry_after
            raise ApplicationError(
                outcome.reason,
                running.preview.within(PREVIEW_BYTES),
                non_retryable=outcome.is_permanent,
                next_retry_delay=timedelta(seconds=pause) if pause else None,
            )

    return run_job
