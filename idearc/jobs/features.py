"""What the first versions of the idea should do, by how much they are needed."""

from collections.abc import Sequence
from typing import Annotated, Literal

from annotated_types import MaxLen
from pydantic import BaseModel, Field
from sqlmodel import Field as Column
from sqlmodel import String

from idearc.jobs.job import RULES, Job, JobAnswer, Question
from idearc.models import Base, Finding
from idearc.text import Name, Text, distinct, first

Priority = Literal["must", "should", "could"]
Effort = Literal["S", "M", "L"]


class FeatureFields(Base):
    """A feature without its place."""

    name: str
    what: str
    why: str
    priority: Priority = Column(sa_type=String)
    effort: Effort = Column(sa_type=String)


class Feature(Finding, FeatureFields, table=True):
    """A feature as it is stored."""


class FeatureAnswer(BaseModel):
    name: Name = Field(description="Name of the feature, two to five words")
    what: Text = Field(description="What it does for the user, in one short sentence")
    why: Text = Field(description="Why it matters for this idea, in one short sentence")
    effort: Effort = Field(description="S: days, M: weeks, L: months, for a small team")


class FeaturesAnswer(JobAnswer):
    """In three lists of their own: a priority that the model picks for each is always the same."""

    users: Text = Field(description="Who uses it, in one short sentence")
    must: Annotated[list[FeatureAnswer], MaxLen(3), first(3)] = Field(
        description="Without these a first version makes no sense"
    )
    should: Annotated[list[FeatureAnswer], MaxLen(2), first(2)] = Field(
        description="Important, but can wait"
    )
    could: Annotated[list[FeatureAnswer], MaxLen(2), first(2)] = Field(description="Nice to have")

    def findings(self) -> Sequence[BaseModel]:
        lists: dict[Priority, list[FeatureAnswer]] = {
            "must": self.must,
            "should": self.should,
            "could": self.could,
        }
        return distinct(
            [
                FeatureFields(**feature.model_dump(), priority=priority)
                for priority, features in lists.items()
                for feature in features
            ],
            common_words=3,
        )


def _feature(name: str, what: str, why: str, effort: Effort) -> FeatureAnswer:
    return FeatureAnswer(name=name, what=what, why=why, effort=effort)


# From two fields far apart: one alone is copied when an idea is near it.
# fmt: off
_EXAMPLES = (
    (
        "Software for dentists that reminds patients of their appointments and fills gaps.",
        FeaturesAnswer(
            users="Front desks of small dental practices, and their patients.",
            must=[
                _feature("Calendar import",
                         "Reads tomorrow's appointments from the practice calendar.",
                         "Nobody types a date twice.", "M"),
                _feature("Reminder by text",
                         "Patients get a message two days ahead and confirm with one tap.",
                         "Forgotten visits cost the most.", "S"),
                _feature("Waiting list",
                         "Offers a freed hour to patients who want to come earlier.",
                         "An empty chair earns nothing.", "M"),
            ],
            should=[
                _feature("Day overview", "Shows who has confirmed, in green and red.",
                         "The front desk calls only the silent ones.", "S"),
                _feature("Opt-out and consent", "Keeps who agreed to be written to.",
                         "Health data is strictly protected.", "S"),
            ],
            could=[
                _feature("Voice calls", "A recorded voice rings patients without a mobile phone.",
                         "Older patients don't read messages.", "L"),
                _feature("No-show report", "Counts missed hours and lost income per month.",
                         "The owner sees what it saves.", "M"),
            ],
        ),
    ),
    (
        "A rain jacket for cyclists that shows when they turn.",
        FeaturesAnswer(
            users="People who ride to work in any weather.",
            must=[
                _feature("Bright arrows", "Rows of LEDs on the back blink left or right.",
                         "Drivers must understand it at once.", "M"),
                _feature("Cuff button", "A press with the thumb starts and stops an arrow.",
                         "Both hands stay on the handlebar.", "S"),
                _feature("Waterproof seams", "Keep rain out for two hours.",
                         "It is a rain jacket first.", "M"),
            ],
            should=[
                _feature("Removable battery", "Comes out before washing and charges overnight.",
                         "A jacket that can't be washed is thrown away.", "S"),
                _feature("Automatic brake light", "Glows red when the rider slows down.",
                         "Most crashes come from behind.", "M"),
            ],
            could=[
                _feature("Navigation link", "Takes the next turn from a map on the phone.",
                         "The arrow starts without a press.", "L"),
                _feature("Children's sizes", "The same jacket from age eight.",
                         "Parents want to see them ride safely.", "S"),
            ],
        ),
    ),
)
# fmt: on

FEATURES = Job(
    name="features",
    label="Features",
    doing="Thinking of features",
    table=Feature,
    question=Question(
        "You are an experienced product manager. First say in one short sentence who uses the "
        "product. Then propose the features of its first versions: three that it must have, two "
        "that it should have, two that it could have. Each about another step, part or person, "
        "concrete for this idea. For each: name, two to five words; what it does, one short "
        "sentence; why it matters, one short sentence; effort, S for days, M for weeks, L for "
        "months. Answer with compact JSON." + RULES,
        FeaturesAnswer,
        _EXAMPLES,
    ),
)
