"""What is stored: ideas, results and findings, and the text that may stand in them."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import uuid4

from annotated_types import MaxLen
from pydantic import AfterValidator, BeforeValidator
from sqlalchemy import DateTime, Dialect, Index, TypeDecorator
from sqlalchemy.orm import registry
from sqlmodel import JSON, Field, SQLModel, String

# Controls, surrogates and private use (citation marks of search models), and the characters
# that reorder text (https://trojansource.codes).
_UNWANTED_CATEGORIES = {"Cc", "Cs", "Co"}
_REORDERING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# What has no ink of its own; at the ends of a text the zero-width characters have no use either.
_UNSEEN_CATEGORIES = {"Cf", "Cn", "Me", "Mn", "Zl", "Zp", "Zs"}
_ZERO_WIDTH = "\u200b\u200e\u200f\u2060\ufeff"


def now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    """An id that can't be guessed: 122 bits from the operating system's random source."""
    return uuid4().hex


def clean(text: str) -> str:
    """The text without characters that are never meant to be seen, trimmed; line breaks stay.

    Empty when there is nothing to see in it.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept = "".join(
        char
        for char in lines
        if char == "\n"
        or (char not in _REORDERING and unicodedata.category(char) not in _UNWANTED_CATEGORIES)
    )
    if all(char == "\n" or unicodedata.category(char) in _UNSEEN_CATEGORIES for char in kept):
        return ""
    return re.sub(rf"^[\s{_ZERO_WIDTH}]+|[\s{_ZERO_WIDTH}]+\Z", "", kept)


def _clean_or_pass(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


def _not_empty(text: str) -> str:
    if not text:
        raise ValueError("must not be empty")
    return text


def _without_blanks(phrases: list[str]) -> list[str]:
    return [phrase for phrase in phrases if phrase]


def first(count: int) -> BeforeValidator:
    """Drops what is over in an answer's list: too much is no reason to ask again."""
    return BeforeValidator(lambda items: items[:count] if isinstance(items, list) else items)


# What answers are made of. The schema has no keyword for lengths of text: not every API knows it.
Text = Annotated[str, BeforeValidator(_clean_or_pass)]
Name = Annotated[Text, AfterValidator(_not_empty)]
Phrases = Annotated[list[Text], MaxLen(3), first(3), AfterValidator(_without_blanks)]


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


class Idea(Base, table=True):
    """What the visitor wrote. Never changed after its insert."""

    __table_args__ = (Index("ix_idea_newest", "created_at", "id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    token: str = Field(unique=True, description="of the form's view: makes a double click one idea")
    name: str
    text: str
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class Result(Base, table=True):
    """That a job has finished for an idea, and where its findings come from. Never changed."""

    idea_id: str = Field(primary_key=True, foreign_key="idea.id", ondelete="CASCADE")
    job: str = Field(primary_key=True)
    provider: str
    model: str
    seconds: float
    input_tokens: int
    output_tokens: int
    searched: list[str] = Field(sa_type=JSON, description="what the model searched the web for")
    pages: list[str] = Field(sa_type=JSON, description="addresses that the search really returned")
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class Finding(Base):
    """One row of a job's result."""

    idea_id: str = Field(primary_key=True, foreign_key="idea.id", ondelete="CASCADE")
    position: int = Field(primary_key=True, description="its place in the answer, from 0")


class CompetitorAnswer(Base):
    """A competitor as the model gives it; the descriptions are what the model is told."""

    name: Name = Field(description="Name of the product or company")
    url: Text = Field(description="Home page, https://…; empty if not known for certain")
    kind: Literal["direct", "indirect", "substitute"] = Field(
        sa_type=String,
        description="direct: same job for the same people; indirect: overlaps in part; "
        "substitute: what people do instead, without such a product",
    )
    what: Text = Field(description="What it does, in one short sentence")
    pricing: Text = Field(description="Pricing in a few words; empty if not known")
    strengths: Phrases = Field(sa_type=JSON, description="Up to three, a short phrase each")
    weaknesses: Phrases = Field(sa_type=JSON, description="Up to three, a short phrase each")
    sources: Phrases = Field(
        sa_type=JSON, description="Up to three addresses of pages that support this entry"
    )


class Competitor(Finding, CompetitorAnswer, table=True):
    """A competitor as it is stored."""


class FeatureAnswer(Base):
    """A feature as the model gives it; the descriptions are what the model is told."""

    name: Name = Field(description="Name of the feature, two to five words")
    what: Text = Field(description="What it does for the user, in one short sentence")
    why: Text = Field(description="Why it matters for this idea, in one short sentence")
    priority: Literal["must", "should", "could"] = Field(
        sa_type=String, description="must: without it a first version makes no sense"
    )
    effort: Literal["S", "M", "L"] = Field(
        sa_type=String, description="S: days, M: weeks, L: months, for a small team"
    )


class Feature(Finding, FeatureAnswer, table=True):
    """A feature as it is stored."""
