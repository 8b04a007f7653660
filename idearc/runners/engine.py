"""What web processes and workers share of Temporal: the way there, and what a run is.

A run is a workflow with one activity, which Temporal tries again, elsewhere if its worker is gone.
"""

import asyncio
import functools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from temporalio import workflow
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception
from temporalio.exceptions import TimeoutError as ActivityTimeout
from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.service import RetryConfig, RPCError, RPCStatusCode

from idearc.errors import IdearcError

TASK_QUEUE = "idearc"
ACTIVITY = "run_job"
HEARTBEAT_SECONDS = 10  # a worker that is not heard of for so long is gone
ANSWER_SECONDS = 2  # in which Temporal answers, or counts as not reached
REASON = "reason"  # in a workflow's memo: why it has failed
PREVIEW = "preview"  # there, too: what the last attempt had written
PREVIEW_BYTES = 2_000  # of a preview in Temporal, which keeps all that it is given
GONE = "Its worker is gone."

_POLL = timedelta(seconds=70)  # a worker asks for work at least once in this time
_GETTING_READY = timedelta(hours=1)  # a worker's first run may have to fetch a model


@dataclass(frozen=True)
class Connection:
    """Where Temporal is, and who we are there."""

    address: str
    namespace: str
    api_key: str | None = field(repr=False)

    async def client(self, *, lazy: bool = False) -> Client:
        """Raises RuntimeError where Temporal can't be used; a lazy one does when it is used."""
        return await Client.connect(
            self.address,
            namespace=self.namespace,
            api_key=self.api_key,
            lazy=lazy,
            runtime=_runtime(),
            retry_config=RetryConfig(max_elapsed_time_millis=1000 * ANSWER_SECONDS),
        )

    async def tried_client(self) -> tuple[Client, int]:
        """One that was answered, and how many workers have asked for work lately.

        Raises IdearcError, to those who run it.
        """
        try:
            async with asyncio.timeout(5 * ANSWER_SECONDS):
                client = await self.client()
                queue = await client.workflow_service.describe_task_queue(
                    DescribeTaskQueueRequest(
                        namespace=self.namespace,
                        task_queue=TaskQueue(name=TASK_QUEUE),
                        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
                    )
                )
        except (TimeoutError, RuntimeError, RPCError) as error:
            raise IdearcError(
                f"{self.explain(error)} Check that it runs there, TEMPORAL_ADDRESS, "
                "TEMPORAL_NAMESPACE and TEMPORAL_API_KEY."
            ) from error
        lately = datetime.now(UTC) - _POLL
        return client, len(
            {
                poller.identity
                for poller in queue.pollers
                if poller.last_access_time.ToDatetime(UTC) > lately
            }
        )

    def explain(self, error: Exception) -> str:
        """Why Temporal gave no answer."""
        if "call error after connection" in str(error):
            return f"Temporal at {self.address} refuses to answer."
        if isinstance(error, RPCError) and error.status != RPCStatusCode.UNAVAILABLE:
            said = f"{error.status.name.lower()}: {error.message}".rstrip(".")
            return f"Temporal at {self.address} refuses to answer ({said})."
        return f"Temporal at {self.address}, which runs the jobs, can't be reached."


@functools.cache
def _runtime() -> Runtime:
    """Else it would print each try of each call while Temporal is away."""
    quiet = TelemetryFilter(core_level="ERROR", other_level="ERROR")
    return Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(filter=quiet)))


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
            reason, written = GONE, None
            if isinstance(cause, ApplicationError):
                reason, written = cause.message, next(iter(cause.details), None)
            elif isinstance(cause, ActivityTimeout):
                written = next(iter(cause.last_heartbeat_details[1:]), None)
            workflow.upsert_memo({REASON: reason, PREVIEW: written})  # comes along with the state
            raise ApplicationError(reason) from error
