"""What the first versions of the idea should do, by how much they are needed."""

import re
from collections.abc import Sequence
from typing import Annotated, Literal

from annotated_types import MaxLen
from pydantic import BaseModel, BeforeValidator, Field
from sqlmodel import Field as Column
from sqlmodel import String

from idearc.jobs.job import RULES, Job, JobAnswer, Question, material
from idearc.models import Base, Finding
from idearc.spelling import distinct
from idearc.text import Name, Text, first

Priority = Literal["must", "should", "could"]
# Which letter the other words for an effort mean, which models use that don't keep to a schema.
_LETTERS = {"S": "small low days", "M": "medium weeks", "L": "large high months"}


def _letter(value: object) -> object:
    words = set(re.findall(r"\w+", str(value).casefold()))
    meant = [letter for letter, others in _LETTERS.items() if words & set(others.split())]
    return meant[0] if len(meant) == 1 else value


Effort = Annotated[Literal["S", "M", "L"], BeforeValidator(_letter)]


class FeatureFields(Base):
    """A feature without its place."""

    name: str
    what: str
    why: str
    weakness: str = Column(
        default="",
        description="of today's alternatives, which it answers; empty where it answers none",
        sa_column_kwargs={"server_default": ""},  # for rows that are older than this column
    )
    priority: Priority = Column(sa_type=String)
    effort: Effort = Column(sa_type=String)


class Feature(Finding, FeatureFields, table=True):
    """A feature as it is stored; what is chosen of them makes the first version."""

    @property
    def is_chosen_at_first(self) -> bool:
        return self.priority == "must"


class FeatureAnswer(BaseModel):
    name: Name = Field(description="Name of the feature, two to five words")
    what: Text = Field(description="What it does for the user, in one short sentence")
    why: Text = Field(description="Why it matters for this idea, in one short sentence")
    weakness: Text = Field(
        description="Which weakness of what people use today it answers, a short phrase; empty "
        "where it answers none"
    )
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


def _feature(name: str, what: str, why: str, weakness: str, effort: Effort) -> FeatureAnswer:
    return FeatureAnswer(name=name, what=what, why=why, weakness=weakness, effort=effort)


# From two fields far apart: one alone is copied when an idea is near it.
# fmt: off
_EXAMPLES = (
    (
        material("An app for amateur choirs: singers practise their own part at home."),
        FeaturesAnswer(
            users="Singers of amateur choirs, and those who conduct them.",
            must=[
                _feature("One voice alone", "Plays a singer's part loud and the others softly.",
                         "A singer learns the own line first.",
                         "Recordings mix all voices", "M"),
                _feature("Slow practice", "Slows down a hard bar and keeps its pitch.",
                         "Fast passages are learned slowly.", "", "S"),
                _feature("Score upload", "The conductor adds a piece as a file of notes.",
                         "Every choir sings other pieces.",
                         "Practice tracks exist for well-known pieces only", "M"),
            ],
            should=[
                _feature("Weekly plan", "Shows what to practise until the next rehearsal.",
                         "Without a goal nobody sits down.", "Emails with homework get lost", "S"),
                _feature("Pitch check", "Listens to a singer and marks wrong notes.",
                         "Mistakes are learned too.", "At home nobody listens", "L"),
            ],
            could=[
                _feature("Concert folder", "Keeps all pieces of a concert, also offline.",
                         "Halls often have no network.", "", "S"),
                _feature("Attendance list", "Singers say whether they come on Thursday.",
                         "The conductor needs enough tenors.", "", "M"),
            ],
        ),
    ),
    (
        material("A rain jacket for cyclists that shows when they turn."),
        FeaturesAnswer(
            users="People who ride to work in any weather.",
            must=[
                _feature("Bright arrows", "Rows of LEDs on the back blink left or right.",
                         "Drivers must understand it at once.", "An arm is unseen at night", "M"),
                _feature("Cuff button", "A press with the thumb starts and stops an arrow.",
                         "Both hands stay on the handlebar.",
                         "Hand signals take a hand off the brake", "S"),
                _feature("Waterproof seams", "Keep rain out for two hours.",
                         "It is a rain jacket first.", "", "M"),
            ],
            should=[
                _feature("Removable battery", "Comes out before washing and charges overnight.",
                         "A jacket that can't be washed is thrown away.", "", "S"),
                _feature("Automatic brake light", "Glows red when the rider slows down.",
                         "Most crashes come from behind.",
                         "Reflective vests don't show braking", "M"),
            ],
            could=[
                _feature("Navigation link", "Takes the next turn from a map on the phone.",
                         "The arrow starts without a press.", "", "L"),
                _feature("Children's sizes", "The same jacket from age eight.",
                         "Parents want to see them ride safely.", "", "S"),
            ],
        ),
    ),
)
# fmt: on

JOB = Job(
    name="features",
    label="Features",
    doing="Thinking of features",
    nothing="No feature came to the model's mind. Write down who uses it and for what, and submit "
    "it anew.",
    table=Feature,
    question=Question(
        "You are an experienced product manager. First say in one short sentence who uses the "
        "product. Then propose the features of its first versions: three that it must have, two "
        "that it should have, two that it could have. Each about another step, part or person, "
        "concrete for this idea. For each: name, two to five words; what it does, one short "
        "sentence; why it matters, one short sentence; weakness, the one of today's alternatives "
        "that it answers, a short phrase, or empty; effort, S for days, M for weeks, L for "
        "months. Answer with compact JSON." + RULES,
        FeaturesAnswer,
        _EXAMPLES,
    ),
)
