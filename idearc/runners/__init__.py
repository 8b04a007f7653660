"""The runner carries out runs; each kind is a module of its own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Running:
    """The run is live: since when, and what it does or waits for if that is not its usual work."""

    since: datetime
    note: str = ""


@dataclass(frozen=True)
class Failed:
    """The last run ended without a result."""

    reason: str


Outcome = Running | Failed | None  # None: the runner knows of no run


class Runner(Protocol):
    """Knows neither prompts nor tables: only names and ids cross to threads and machines."""

    def start(self, job_name: str, idea_id: str) -> None:
        """Starts a run and returns at once; does nothing while one is live."""
        ...

    def outcome(self, job_name: str, idea_id: str) -> Outcome:
        """What is known of the last run, until it has succeeded."""
        ...
