"""Who competes with the idea: real names from models that know them, kinds from small ones."""

from pydantic import Field

from idearc.jobs.competitors import kinds
from idearc.jobs.competitors.entry import Competitor, CompetitorFields, Competitors, KnownCompetitor
from idearc.jobs.competitors.search import research
from idearc.jobs.competitors.small_search import small_research
from idearc.jobs.job import RULES, Job, Question
from idearc.text import Phrases, Text

__all__ = ["JOB", "Competitor", "CompetitorFields"]


class FoundCompetitor(KnownCompetitor):
    """A competitor that a model found on the web."""

    url: Text = Field(description="Home page, https://…; empty if not known for certain")
    sources: Phrases = Field(description="Up to three addresses of pages that support this entry")


class KnownCompetitors(Competitors[KnownCompetitor]):
    pass


class FoundCompetitors(Competitors[FoundCompetitor]):
    pass


_ASKED = (
    "You research markets for founders. Name up to eight real products or companies that the "
    "people meant by the idea use today, the closest first. Mix direct and indirect competitors "
    "and substitutes as the market does. Some may be said to be known already: look beyond "
    "those." + RULES
)

JOB = Job(
    name="competitors",
    label="Competitors",
    doing="Looking for competitors",
    nothing="No competitor found. That may mean a new market, one that goes by other words, or an "
    "idea that is not clear yet. Write down who has the problem and what they do about it today, "
    "and submit it anew.",
    table=Competitor,
    question=Question(_ASKED, KnownCompetitors, tells_known=True),
    web_question=Question(_ASKED, FoundCompetitors, tells_known=True),
    small_question=kinds.QUESTION,
    research=research,
    small_research=small_research,
)
