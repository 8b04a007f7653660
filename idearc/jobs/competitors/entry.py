"""What is kept of a competitor, and what models say of one."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Annotated, Generic, Literal, TypeVar

from annotated_types import MaxLen
from pydantic import BaseModel, Field
from sqlmodel import JSON
from sqlmodel import Field as Column

from idearc.jobs.job import JobAnswer
from idearc.models import Base, Finding
from idearc.spelling import differently_spelled
from idearc.text import Name, Phrases, Text, first
from idearc.web import Pages

# Small models don't come to an end by themselves; servers that enforce the schema stop them here.
MAX_COMPETITORS = 10


class CompetitorFields(Base):
    """A competitor, or a kind of them, without its place."""

    name: str
    kind: str = Column(description="as the answer calls it")
    what: str
    pricing: str = ""
    strengths: list[str] = Column(default_factory=list, sa_type=JSON)
    weaknesses: list[str] = Column(default_factory=list, sa_type=JSON)
    url: str = ""
    sources: list[str] = Column(default_factory=list, sa_type=JSON)
    evidence: str = Column(
        default="",
        description="the sentence that names it, cut out of what a search returned of its source",
        sa_column_kwargs={"server_default": ""},  # for rows that are older than this column
    )
    search: str = Column(
        default="",
        description="finds it on the web better than its name",
        sa_column_kwargs={"server_default": ""},  # for rows that are older than this column
    )

    @property
    def is_a_kind(self) -> bool:
        """Whether it is no name, but a kind of alternatives."""
        return self.kind in {"product", "service", "habit"}

    def was_seen(self, found: Pages) -> bool:
        """Whether a search returned a page of its own site, or one that it names as its source."""
        return found.has_site(self.url) or any(found.has(source) for source in self.sources)


class Competitor(Finding, CompetitorFields, table=True):
    """A competitor as it is stored."""

    is_a_kind = CompetitorFields.is_a_kind  # not that of findings in general

    def is_confirmed(self, pages: Pages) -> bool | None:
        return self.was_seen(pages) if pages and not self.is_a_kind else None


class KnownCompetitor(BaseModel):
    """A competitor from a model's memory."""

    name: Name = Field(description="Name of the product or company")
    kind: Literal["direct", "indirect", "substitute", "unknown"] = Field(
        description="direct: same job for the same people; indirect: overlaps in part; "
        "substitute: what people do instead, without such a product; unknown: hard to tell",
    )
    what: Text = Field(description="What it does, in one short sentence")
    pricing: Text = Field(description="Pricing in a few words; empty if not known")
    strengths: Phrases = Field(description="Up to three, a short phrase each")
    weaknesses: Phrases = Field(description="Up to three, a short phrase each")


C = TypeVar("C", bound=KnownCompetitor)


class Competitors(JobAnswer, Generic[C]):
    competitors: Annotated[list[C], MaxLen(MAX_COMPETITORS), first(MAX_COMPETITORS)]

    def findings(self) -> Sequence[BaseModel]:
        return differently_spelled(self.competitors, attrgetter("name"))
