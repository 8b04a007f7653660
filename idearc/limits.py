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


class Limits:
    """Counts in the memory of this process: each of several processes counts for itself."""

    def __init__(self, ideas_per_hour: int, runs_at_once: int) -> None:
        self._ideas_per_hour = ideas_per_hour
        self._runs_at_once = runs_at_once
        self._lock = threading.Lock()
        # By who and what: the token of a form, and a run.
        self._ideas: TTLCache[tuple[str, str], float] = TTLCache(_REMEMBERED, ttl=_HOUR)
        self._runs: TTLCache[tuple[str, RunKey], None] = TTLCache(_REMEMBERED, ttl=_HOUR)

    def admit(
        self,
        visitor: Visitor,
        runs: Collection[RunKey],
        live: Callable[[Sequence[RunKey]], Collection[RunKey]],
        token: str = "",
    ) -> None:
        """Counts runs that are to be started, for a new idea with the token of its form.

        The same token counts once; what is deleted stays counted, as it has cost as much. Raises
        InputError, and counts nothing, at a limit.
        """
        who = visitor.counted_as
        with self._lock:
            if not who or (who, token) in self._ideas:
                return
            submitted = [at for (other, _), at in self._ideas.items() if other == who]
            started = [run for other, run in self._runs if other == who]
        if token and len(submitted) >= self._ideas_per_hour:
            minutes = math.ceil((min(submitted) + _HOUR - time.monotonic()) / 60)
            plural = "s" if len(submitted) > 1 else ""
            raise InputError(
                f"You have submitted {len(submitted)} idea{plural} within an hour, as many as one "
                "visitor may here. What you wrote stays in the form while it is open: submit it in "
                f"{max(1, minutes)} min."
            )
        if len({*live(started), *runs}) > self._runs_at_once:
            raise InputError(
                f"With this, you would have more than {self._runs_at_once} jobs running, which is "
                "as many as one visitor may. Wait until another one of yours is done."
            )
        with self._lock:
            self._runs.update({(who, run): None for run in runs})
            if token:
                self._ideas[who, token] = time.monotonic()
