"""Runs on Temporal (https://temporal.io): workers on any machine carry them out."""

import asyncio
import logging
import re
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.errordetails.v1 import NamespaceNotFoundFailure
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from idearc.preview import NO_PREVIEW, Preview
from idearc.runners import Ended, Failed, Outcome, RunKey, Running, Unclear
from idearc.runners.engine import (
    ANSWER_SECONDS,
    GONE,
    PREVIEW,
    REASON,
    TASK_QUEUE,
    Connection,
    Limits,
    RunWorkflow,
)

log = logging.getLogger(__name__)

# What the visitor may do, said where Temporal does it.
_ADVICE = re.compile(r"\s(?=[A-Z])[^.]*(?i:try again).*$", re.DOTALL)
_WAITING = "Waiting for a worker"
_STARTED = {
    PendingActivityState.PENDING_ACTIVITY_STATE_STARTED,
    PendingActivityState.PENDING_ACTIVITY_STATE_CANCEL_REQUESTED,
}

T = TypeVar("T")


class TemporalRunner:
    """Starts runs, and tells of them; workers carry them out."""

    is_local = False

    def __init__(self, connection: Connection, limits: Limits) -> None:
        self._connection = connection
        self._limits = limits
        self._client: Client | None = None
        self._loop = asyncio.new_event_loop()  # Temporal's client wants one that goes on
        name = "idearc-temporal"
        threading.Thread(target=self._loop.run_forever, name=name, daemon=True).start()

    def start(self, idea_id: str, job_names: Sequence[str]) -> None:
        async def start(client: Client) -> None:
            await asyncio.gather(*(self._start(client, idea_id, name) for name in job_names))

        self._do(start, "not started", idea_id, job_names)

    def cancel(self, idea_id: str, job_names: Sequence[str]) -> None:
        async def cancel(client: Client) -> None:
            await asyncio.gather(*(_cancel(client, idea_id, name) for name in job_names))

        self._do(cancel, "not cancelled", idea_id, job_names)

    def _do(
        self,
        change: Callable[[Client], Awaitable[None]],
        otherwise: str,
        idea_id: str,
        job_names: Sequence[str],
    ) -> None:
        done = self._ask(change)
        if isinstance(done, Unclear):
            names = ",".join(job_names)
            log.warning("%s: jobs=%s idea=%s %s", otherwise, names, idea_id, done.reason)

    def outcomes(self, runs: Sequence[RunKey]) -> dict[RunKey, Outcome]:
        async def outcomes(client: Client) -> dict[RunKey, Outcome]:
            found = await asyncio.gather(*(self._outcome(client, *run) for run in runs))
            return dict(zip(runs, found, strict=True))

        there = self._ask(outcomes) if runs else {}
        return dict.fromkeys(runs, there) if isinstance(there, Unclear) else there

    def _ask(self, question: Callable[[Client], Awaitable[T]]) -> T | Unclear:
        async def in_time() -> T:
            async with asyncio.timeout(ANSWER_SECONDS):
                if self._client is None:
                    self._client = await self._connection.client(lazy=True)
                return await question(self._client)

        try:
            return asyncio.run_coroutine_threadsafe(in_time(), self._loop).result()
        except (TimeoutError, RuntimeError, RPCError) as error:
            return self._unclear(error)

    def _unclear(self, error: Exception) -> Unclear:
        why = self._connection.explain(error)
        return Unclear(f"{why} Whether this runs is not known until it answers.")

    async def _outcome(self, client: Client, idea_id: str, job_name: str) -> Outcome:
        try:
            return await _outcome(client, idea_id, job_name)
        except RPCError as error:
            return self._unclear(error)

    async def _start(self, client: Client, idea_id: str, job_name: str) -> None:
        try:
            await client.start_workflow(
                RunWorkflow.run,
                args=[job_name, idea_id, self._limits],
                id=_workflow_id(idea_id, job_name),
                task_queue=TASK_QUEUE,
                # One that is over may be followed by another: a run whose result is there ends.
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            )
        except WorkflowAlreadyStartedError:
            log.info("runs already: job=%s idea=%s", job_name, idea_id)


def _workflow_id(idea_id: str, job_name: str) -> str:
    return f"{idea_id}:{job_name}"


async def _cancel(client: Client, idea_id: str, job_name: str) -> None:
    try:
        await client.get_workflow_handle(_workflow_id(idea_id, job_name)).cancel()
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:  # it is over, or was never there
            raise


async def _outcome(client: Client, idea_id: str, job_name: str) -> Outcome:
    try:
        there = await client.get_workflow_handle(_workflow_id(idea_id, job_name)).describe()
    except RPCError as error:
        details = error.grpc_status.details
        if error.status != RPCStatusCode.NOT_FOUND or any(
            one.Is(NamespaceNotFoundFailure.DESCRIPTOR) for one in details
        ):
            raise
        return Failed("Temporal knows nothing of this, or nothing any more. Try again.")
    match there.status:
        case WorkflowExecutionStatus.RUNNING:
            pending = there.raw_description.pending_activities
            return await _running(client, there.start_time, pending[0] if pending else None)
        case WorkflowExecutionStatus.COMPLETED:
            return Ended()
        case WorkflowExecutionStatus.FAILED:
            reason = await there.memo_value(REASON, "It failed in Temporal. Try again.")
            written = await there.memo_value(PREVIEW, None, type_hint=Preview)
            return Failed(str(reason), preview=written or NO_PREVIEW)
        case WorkflowExecutionStatus.CANCELED:
            return Failed("This was cancelled in Temporal. Try again.")
        case status:
            word = status.name.lower().replace("_", " ") if status else "ended"
            return Failed(f"This was {word} in Temporal. Try again.")


async def _running(
    client: Client, since: datetime, activity: PendingActivityInfo | None
) -> Running:
    """What a live workflow does, whose activity may not be there yet."""
    if activity is None:
        return Running(since, _WAITING)
    is_started = activity.state in _STARTED
    if is_started:
        since = activity.last_started_time.ToDatetime(UTC)
    noted = await client.data_converter.decode_wrapper(activity.heartbeat_details, [str, Preview])
    running = Running(since, *noted)  # or as the attempt before has left it
    if activity.paused:
        return replace(running, note="Paused in Temporal")
    if activity.attempt > 1:
        failure = activity.last_failure
        why = GONE if failure.HasField("timeout_failure_info") else failure.message
        why = _ADVICE.sub("", why).rstrip(".")
        is_next = "" if is_started else " comes next"
        attempt = f"Attempt {activity.attempt} of {activity.maximum_attempts}{is_next}"
        return replace(running, note=f"{attempt}. The one before failed: {why}")
    return running if is_started else replace(running, note=_WAITING)
