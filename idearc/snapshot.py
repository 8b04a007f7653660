"""An idea with all that is stored of it, and the file that carries it to another database."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, ValidationError
from pydantic_core import from_json

from idearc.errors import InputError
from idearc.form import read_form
from idearc.jobs import JOBS, Job
from idearc.models import Choice, Finding, Idea, Result, new_id, now
from idearc.spelling import Names
from idearc.text import clean

MAX_BYTES = 5_000_000  # of a file; one idea with its results has some 10,000

_VERSION: Final = 1  # of the file; a change that this code could not read makes it 2


@dataclass(frozen=True)
class Part:
    """What one job has found, and what the visitor chose of it."""

    job: Job
    result: Result
    findings: Sequence[Finding]
    choices: Mapping[int, bool]  # by the position of the finding

    def not_found(self, known: Sequence[str]) -> Sequence[str]:
        """Which of the competitors that the visitor knows are not there; none where kinds are."""
        are_kinds = bool(self.findings) and all(one.is_a_kind for one in self.findings)
        if are_kinds or not self.job.question.tells_known:
            return []
        found = Names(one.name for one in self.findings)
        return [name for name in known if name not in found]


@dataclass(frozen=True)
class Snapshot:
    """An idea, and a part for each job that is done."""

    idea: Idea
    parts: Sequence[Part]

    def part(self, job: Job) -> Part | None:
        """What the job has found, when it is done."""
        return next((part for part in self.parts if part.job.name == job.name), None)

    @property
    def missing(self) -> Sequence[str]:
        """The names of the jobs that are not done."""
        return [name for name, job in JOBS.items() if not self.part(job)]

    def rows(self) -> Sequence[Result | Finding | Choice]:
        """What is stored beside the idea."""
        choices = [
            Choice(idea_id=self.idea.id, job=part.job.name, position=position, is_chosen=is_chosen)
            for part in self.parts
            for position, is_chosen in part.choices.items()
        ]
        findings = [finding for part in self.parts for finding in part.findings]
        return [*(part.result for part in self.parts), *findings, *choices]


T = TypeVar("T")
_Few = Annotated[list[T], Field(max_length=1_000)]
_Count = Annotated[int, Field(ge=0, lt=2**31)]
_Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC)),
    AfterValidator(lambda moment: min(moment, now())),  # what is newest is what others go by
]


class _IdeaPart(BaseModel):
    name: str
    text: str
    known: list[str]
    created_at: _Moment


class _ResultPart(BaseModel):
    job: str
    provider: str
    model: str
    seconds: float = Field(ge=0, le=1_000_000, allow_inf_nan=False)
    input_tokens: _Count
    output_tokens: _Count
    searched: _Few[str]
    pages: _Few[str]
    search_failure: str = ""
    created_at: _Moment
    findings: _Few[dict[str, Any]]
    choices: dict[_Count, bool]


class _File(BaseModel):
    idearc: Literal[1] = _VERSION
    idea: _IdeaPart
    results: list[_ResultPart]


def write(snapshot: Snapshot) -> str:
    """The file's text, JSON; `read` gives the same values back."""
    fields = set(_IdeaPart.model_fields)
    file = _File.model_construct(  # not checked: what is stored is taken along as it is
        idea=_IdeaPart.model_construct(**snapshot.idea.model_dump(include=fields)),
        results=[
            _ResultPart.model_construct(
                **part.result.model_dump(exclude={"idea_id"}),
                findings=[one.own_fields() for one in part.findings],
                choices=dict(part.choices),
            )
            for part in snapshot.parts
        ],
    )
    return file.model_dump_json(indent=2) + "\n"


def read(content: bytes) -> Snapshot:
    """What the file holds, as a new idea. Raises InputError, which says what is wrong with it."""
    if len(content) > MAX_BYTES:
        raise InputError(
            f"The file has more than {MAX_BYTES:,} bytes: it is not one that Idearc has exported."
        )
    try:  # an editor may have saved it in another encoding
        holds = from_json(content.decode(json.detect_encoding(content)))
    except ValueError as error:
        raise InputError(
            f"The file is not JSON, so not what “All, as JSON” exports ({error})."
        ) from error
    version = holds.get("idearc") if isinstance(holds, dict) else None
    if not isinstance(version, int):
        raise InputError("The file is not one that Idearc has exported as JSON.")
    if version > _VERSION:
        raise InputError(
            f"The file has version {version}, of a newer Idearc; this one reads version {_VERSION}."
            " Update it, then try again."
        )
    with _said_where():
        file = _File.model_validate(_clean(holds))
    return _snapshot(file)


@contextmanager
def _said_where(*parents: object) -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, [*parents, *first["loc"]]))[:200]
        raise InputError(
            f"The file can't be used: {first['msg']} (at {place}). Export the idea again."
        ) from error


def _clean(value: Any) -> Any:
    match value:
        case str():
            return clean(value)
        case list():
            return [_clean(item) for item in value]
        case dict():
            return {clean(key): _clean(item) for key, item in value.items()}
        case _:
            return value


def _snapshot(file: _File) -> Snapshot:
    written = file.idea
    idea = read_form(written.name, written.text, written.known, token=new_id())
    idea.created_at = written.created_at
    parts = [_part(idea.id, result, place) for place, result in enumerate(file.results)]
    if len({part.job.name for part in parts}) < len(parts):
        raise InputError("The file holds two results of the same job. Export the idea again.")
    return Snapshot(idea, parts)


def _part(idea_id: str, file: _ResultPart, place: int) -> Part:
    job = JOBS.get(file.job)
    if job is None:
        raise InputError(
            f"The file holds a result of the job “{file.job[:30]}”, which this Idearc does not "
            f"know: it knows {', '.join(JOBS)}. Update it, then try again."
        )
    findings: list[Finding] = []
    for position, fields in enumerate(file.findings):
        with _said_where("results", place, "findings", position):
            one = job.table.model_validate({**fields, "idea_id": idea_id, "position": position})
        one.name = " ".join(one.name.split())
        if not one.name:
            raise InputError("The file holds a finding that has no name. Export the idea again.")
        findings.append(one)
    if any(position >= len(findings) for position in file.choices):
        raise InputError("The file holds a choice of what was not found. Export the idea again.")
    result = Result(idea_id=idea_id, **file.model_dump(exclude={"findings", "choices"}))
    return Part(job, result, findings, file.choices)
