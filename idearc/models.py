"""What is stored of every job: ideas, results, and what the tables of findings have in common."""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import DateTime, Dialect, Index, TypeDecorator, UniqueConstraint
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import registry
from sqlmodel import JSON, Field, SQLModel

from idearc.spelling import normalised
from idearc.web import Pages


def now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    """An id that can't be guessed: 122 bits from the operating system's random source."""
    return uuid4().hex


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC; SQLite would hand it back without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC) if value else None


class Base(SQLModel, registry=registry()):
    """Has its own registry, so that a reloaded module can define its tables anew."""


def _searched(context: DefaultExecutionContext) -> str:
    row = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return normalised(f"{row['name']} {row['text']}")


class Idea(Base, table=True):
    """What the visitor wrote. Never changed after its insert."""

    __table_args__ = (
        Index("ix_idea_newest", "owner", "created_at", "id"),
        UniqueConstraint("line_id", "version", name="uq_idea_version"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    token: str = Field(unique=True, description="of the form's view: makes a double click one idea")
    name: str
    text: str
    known: list[str] = Field(
        default_factory=list,
        sa_type=JSON,
        sa_column_kwargs={"server_default": "[]"},  # for rows that are older than this column
        description="names of competitors that the visitor knows already",
    )
    searched: str | None = Field(
        default=None,
        nullable=False,
        sa_column_kwargs={"default": _searched, "server_default": ""},
        description="name and text as searches find them; written at the insert",
    )
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    owner: str = Field(
        default="",
        sa_column_kwargs={"server_default": ""},
        description="who made it, as the log-in knows them; empty without log-in",
    )
    search_goes_to: str = Field(
        default="",
        sa_column_kwargs={"server_default": ""},
        description="to whom phrases made from it may go, as it was said; empty: to nobody",
    )
    line_id: str = Field(default_factory=new_id, description="common to all versions of an idea")
    version: int = Field(default=1, description="from 1; the store gives the line's next one")
    parent_version: int | None = Field(
        default=None, description="the version that it was refined from, which may be deleted"
    )

    @property
    def key(self) -> str:
        """What a page calls it where others may read along: the id can't be had from it."""
        return hashlib.sha256(self.id.encode()).hexdigest()[:16]

    @property
    def given_name(self) -> str:
        """The name that the visitor wrote; empty where the text's beginning is it."""
        words = self.name.removesuffix("…")
        begins = words and re.match(r"\s+".join(map(re.escape, words.split())), self.text)
        # "Art" is not the beginning of "Artists meet here", "Art…" is.
        is_cut = words != self.name
        return "" if begins and (is_cut or begins.end() == len(self.text)) else self.name


class Share(Base, table=True):
    """That whoever has its link may read the idea; deleted when that is over."""

    id: str = Field(default_factory=new_id, primary_key=True, description="the link's secret")
    idea_id: str = Field(unique=True, foreign_key="idea.id", ondelete="CASCADE")
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class Result(Base, table=True):
    """That a job has finished for an idea, and where its findings come from. Never changed."""

    __table_args__ = (Index("ix_result_newest", "job", "created_at"),)

    idea_id: str = Field(primary_key=True, foreign_key="idea.id", ondelete="CASCADE")
    job: str = Field(primary_key=True)
    provider: str
    model: str
    seconds: float
    input_tokens: int
    output_tokens: int
    searched: list[str] = Field(sa_type=JSON, description="what the web was searched for")
    pages: list[str] = Field(sa_type=JSON, description="addresses that the search really returned")
    search_failure: str = Field(
        default="",
        sa_column_kwargs={"server_default": ""},
        description="why there was no search, where one was wanted",
    )
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)

    @property
    def is_researched(self) -> bool:
        """Whether it rests on a search of the web; else the model answered from memory."""
        return bool(self.searched or self.pages)


class Finding(Base):
    """One row of a job's result."""

    idea_id: str = Field(primary_key=True, foreign_key="idea.id", ondelete="CASCADE")
    position: int = Field(primary_key=True, description="its place in the answer, from 0")
    name: str

    def own_fields(self) -> dict[str, Any]:
        """What the answer said, in the order of the table."""
        return {
            name: getattr(self, name)
            for name in type(self).model_fields
            if name not in Finding.model_fields or name == "name"
        }

    @property
    def is_a_kind(self) -> bool:
        """Whether it is no name, but a kind of what has names."""
        return False

    def is_confirmed(self, pages: Pages) -> bool | None:
        """Whether what a search returned bears it out; None where that says nothing of it."""
        del pages
        return None

    @property
    def is_chosen_at_first(self) -> bool | None:
        """Whether it is until the visitor chooses; None where there is nothing to choose."""
        return None

    def is_chosen(self, choices: Mapping[int, bool]) -> bool | None:
        """By what the visitor chose, by position; None where there is nothing to choose."""
        at_first = self.is_chosen_at_first
        return at_first if at_first is None else choices.get(self.position, at_first)


class Choice(Base, table=True):
    """That the visitor chose a finding, or dropped it. Never changed: the latest one counts."""

    __table_args__ = (Index("ix_choice_finding", "idea_id", "job", "position"),)

    id: int | None = Field(
        default=None, primary_key=True, description="in the order of their making"
    )
    idea_id: str = Field(foreign_key="idea.id", ondelete="CASCADE")
    job: str
    position: int
    is_chosen: bool
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
