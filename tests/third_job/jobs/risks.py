"""What may go wrong with the idea: the smallest job there can be."""

from collections.abc import Sequence
from typing import Annotated

from annotated_types import MaxLen
from pydantic import BaseModel, Field

from idearc.jobs.job import RULES, Job, JobAnswer, Question
from idearc.models import Base, Finding
from idearc.spelling import differently_spelled
from idearc.text import Name, Text, first


class RiskFields(Base):
    name: str
    what: str


class Risk(Finding, RiskFields, table=True):
    """A risk as it is stored."""


class RiskAnswer(BaseModel):
    name: Name = Field(description="Name of the risk")
    what: Text = Field(description="What may go wrong, in one short sentence")


class RisksAnswer(JobAnswer):
    risks: Annotated[list[RiskAnswer], MaxLen(5), first(5)]

    def findings(self) -> Sequence[BaseModel]:
        return differently_spelled(self.risks, lambda risk: risk.name)


JOB = Job(
    name="risks",
    label="Risks",
    doing="Thinking of risks",
    nothing="No risk found.",
    table=Risk,
    question=Question("Name up to five risks of the product idea." + RULES, RisksAnswer),
)
