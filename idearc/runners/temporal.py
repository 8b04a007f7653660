"""Runs on Temporal (https://temporal.io): workers on any machine carry them out.

A run is a workflow with one activity, which Temporal tries again, elsewhere if its worker is gone.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.errordetails.v1 import NamespaceNotFoundFailure
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import RetryPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    WorkflowAlreadyStartedError,
    is_cancelled_exception,
)
from temporalio.service import RetryConfig, RPCError, RPCStatusCode

from idearc.runners import Ended, Failed, Outcome, Running, Unclear

log = logging.getLogger(__name__)

TASK_QUEUE = "idearc"
ACTIVITY = "run_job"
HEARTBEAT_SECONDS = 10  # a worker that is not heard of for so long is gone

_ANSWER_SECONDS = 2  # in which Temporal answers, or counts as not reached
_REASON = "reason"  # in a workflow's memo: why it has failed
_GONE = "Its worker is gone."
_GETTING_READY = timedelta(hours=1)  # a worker's first run may have to fetch a model
_SCHEDULED = PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED

_Key = tuple[str, str]  # idea id, job name
T = TypeVar("T")


@dataclass(frozen=True)
class Connection:
    """Where Temporal is, and who we are there."""

    address: str
    namespace: str
    api_key: str | None

    async def client(self, *, lazy: bool = False) -> Client:
        """Raises RuntimeError where Temporal can't be reached; a lazy one when it is used."""
        return await Client.connect(
            self.address,
            namespace=self.namespace,
            api_key=self.api_key,
            lazy=lazy,
            retry_config=RetryConfig(max_elapsed_time_millis=1000 * _ANSWER_SECONDS),
        )

    def explain(self, error: Exception) -> str:
        """Why Temporal gave no answer."""
        if isinstance(error, RPCError) and error.status != RPCStatusCode.UNAVAILABLE:
            said = f"{error.status.name.lower()}: {error.message}".rstrip(".")
            return f"Temporal at {self.address} refuses to answer ({said})."
        return f"Temporal at {self.address}, which runs the jobs, can't be reached."


@dataclass(frozen=True)
class Limits:
    """How long one attempt of a run may take, and how many there are."""

    seconds: float
    attempts: int


# Not watched in Temporal's sandbox, which would import all of this anew for each run: there is
# nothing in it that could come out otherwise when it is replayed.
@workflow.defn(name="Run", sandboxed=False)
class RunWorkflow:
    """Has workers try until a job is done for an idea, or may not be tried again."""

    @workflow.run
    async def run(self, job_name: str, idea_id: str, limits: Limits) -> None:
        try:
            await workflow.execute_activity(
                ACTIVITY,
                args=[job_name, idea_id],
                start_to_close_timeout=timedelta(seconds=limits.seconds) + _GETTING_READY,
                heartbeat_timeout=timedelta(seconds=HEARTBEAT_SECONDS),
                retry_policy=RetryPolicy(maximum_attempts=limits.attempts),
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            cause = error.cause
            reason = cause.message if isinstance(cause, ApplicationError) else _GONE
            workflow.upsert_memo({_REASON: reason})  # comes along with the state
            raise ApplicationError(reason) from error


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

        done = self._ask(start)
        if isinstance(done, Unclear):
            log.warning("not started: jobs=%s idea=%s", ",".join(job_names), idea_id)

    def outcomes(self, runs: Sequence[_Key]) -> dict[_Key, Outcome]:
        async def outcomes(client: Client) -> dict[_Key, Outcome]:
            found = await asyncio.gather(*(_outcome(client, *run) for run in runs))
            return dict(zip(runs, found, strict=True))

        there = self._ask(outcomes) if runs else {}
        return dict.fromkeys(runs, there) if isinstance(there, Unclear) else there

    def _ask(self, question: Callable[[Client], Awaitable[T]]) -> T | Unclear:
        async def in_time() -> T:
            async with asyncio.timeout(_ANSWER_SECONDS):
                if self._client is None:
                    self._client = await self._connection.client(lazy=True)
                return await question(self._client)

        try:
            return asyncio.run_coroutine_threadsafe(in_time(), self._loop).result()
        except (TimeoutError, RuntimeError, RPCError) as error:
            return Unclear(
                f"{self._connection.explain(error)} Whether this runs is not known until it "
                "answers; this page looks again by itself."
            )

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


async def _outcome(client: Client, idea_id: str, job_name: str) -> Outcome:
    try:
        there = await client.get_workflow_handle(_workflow_id(idea_id, job_name)).describe()
    except RPCError as error:
        details = error.grpc_status.details
        if error.status != RPCStatusCode.NOT_FOUND or any(
            one.Is(NamespaceNotFoundFailure.DESCRIPTOR) for one in details
        ):
            raise
        return Failed("This was not started: Temporal knows nothing of it. Try again.")
    match there.status:
        case WorkflowExecutionStatus.RUNNING:
            pending = there.raw_description.pending_activities
            return await _running(client, there.start_time, pending[0] if pending else None)
        case WorkflowExecutionStatus.COMPLETED:
            return Ended()
        case WorkflowExecutionStatus.FAILED:
            return Failed(str(await there.memo_value(_REASON, "It failed in Temporal. Try again.")))
        case status:
            word = status.name.lower().replace("_", " ") if status else "ended"
            return Failed(f"This was {word} in Temporal. Try again.")


async def _running(
    client: Client, since: datetime, activity: PendingActivityInfo | None
) -> Running:
    """What a live workflow does, whose activity may not be there yet."""
    is_started = (
        activity and activity.state != PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED
    )
    if activity is None or (activity.attempt <= 1 and not is_started):
        return Running(since, "Waiting for a worker")
    if is_started:
        since = activity.last_started_time.ToDatetime(UTC)
    if activity.attempt > 1:
        failure = activity.last_failure
        why = _GONE if failure.HasField("timeout_failure_info") else failure.message
        is_next = "" if is_started else " comes next"
        attempt = f"Attempt {activity.attempt} of {activity.maximum_attempts}{is_next}"
        return Running(since, f"{attempt}. The one before failed: {why.rstrip('.')}")
    words = await client.data_converter.decode_wrapper(activity.heartbeat_details)
    return Running(since, str(words[0]) if words else "")
