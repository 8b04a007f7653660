"""How much one visitor may ask for, so that nobody takes all that others pay for."""

import math
import threading
import time
from collections.abc import Callable, Collection, Sequence

from cachetools import TTLCache

from idearc.errors import InputError
from idearc.runners import RunKey
from idearc.visitor import Visitor

_HOUR = 3600
_REMEMBERED = 100_000  # of an hour; of more than that, the oldest are forgotten
_STARTING_SECONDS = 5  # in which a run may not be live yet


class Limits:
    """Counts in the memory of this process: each of several processes counts for itself."""

    def __init__(self, ideas_per_hour: int, runs_at_once: int) -> None:
        self._ideas_per_hour = ideas_per_hour
        self._runs_at_once = runs_at_once
        self._lock = threading.Lock()
        # By whose and which, with the time of their start.
        self._ideas: TTLCache[tuple[str, str], float] = TTLCache(_REMEMBERED, ttl=_HOUR)
        self._runs: TTLCache[tuple[str, RunKey], float] = TTLCache(_REMEMBERED, ttl=_HOUR)

    def admit(
        self,
        visitor: Visitor,
        idea_id: str,
        job_names: Sequence[str],
        live: Callable[[Sequence[RunKey]], Collection[RunKey]],
        *,
        is_new: bool = False,
    ) -> None:
        """Counts runs that are to be started, and the idea when it is new.

        What is deleted stays counted, as it has cost as much. Raises InputError, and counts
        nothing, at a limit.
        """
        who = visitor.counted_as
        if not who:
            return
        now, runs = time.monotonic(), [(idea_id, job_name) for job_name in job_names]
        with self._lock:
            submitted = [at for (other, _), at in self._ideas.items() if other == who]
            if is_new and len(submitted) >= self._ideas_per_hour:
                raise InputError(_too_many_ideas(submitted, now))
            started = {run: at for (other, run), at in self._runs.items() if other == who}
            self._runs.update({(who, run): now for run in runs})
            if is_new:
                self._ideas[who, idea_id] = now
        starting = {run for run, at in started.items() if now - at < _STARTING_SECONDS}
        if len({*runs, *starting, *live(list(started))}) > self._runs_at_once:
            with self._lock:
                for run in runs:
                    self._runs.pop((who, run), None)
                if is_new:
                    self._ideas.pop((who, idea_id), None)
            raise InputError(
                f"With this, you would have more than {self._runs_at_once} jobs running, which is "
                "as many as one visitor may. Wait until another one of yours is done."
            )


def _too_many_ideas(submitted: Sequence[float], now: float) -> str:
    plural = "s" if len(submitted) > 1 else ""
    minutes = max(1, math.ceil((min(submitted) + _HOUR - now) / 60))
    return (
        f"You have submitted {len(submitted)} idea{plural} within an hour, or others at your "
        "address: as many as one visitor may here. What you wrote stays in the form while it is "
        f"open: submit it in {minutes} min."
    )
