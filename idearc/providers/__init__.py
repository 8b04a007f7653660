"""The provider gives the model's answer to a job; each kind is a module of its own."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel

from idearc.jobs import Job
from idearc.models import Idea
from idearc.preview import Note
from idearc.web import Hit

EMBEDDED = "on this machine"  # how results name the provider of the small model


@dataclass(frozen=True)
class Provenance:
    """Where an answer comes from; its fields are columns of the result."""

    provider: str
    model: str
    input_tokens: int
    output_tokens: int
    searched: Sequence[str] = ()  # what the web was searched for
    pages: Sequence[str] = ()  # addresses that the search really returned
    search_failure: str = ""  # why there was no search, where one was wanted


@dataclass(frozen=True)
class Answer:
    """What the model says to a job: valid findings, perhaps none."""

    findings: Sequence[BaseModel]
    provenance: Provenance


Search = Callable[[str], Sequence[Hit]]  # what the web has to say; blocks, raises SearchError


class Provider(Protocol):
    def ask(self, job: Job, idea: Idea, note: Note, search: Search | None = None) -> Answer:
        """Blocks until there is an answer, inside the time limit; raises ProviderError.

        With a search, the job's research is based on it; a search that fails is said, no more.
        """
        ...

    def warm_up(self, jobs: Iterable[Job]) -> None:
        """Does what makes the first answer come sooner, where there is such; blocks meanwhile.

        A question that comes in between goes first. Raises ProviderError.
        """
        ...

    def check(self) -> str:
        """Who would answer, as far as can be told without asking; raises ProviderError."""
        ...
