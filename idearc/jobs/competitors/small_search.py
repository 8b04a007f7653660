"""Competitors in what a search returned, by a small model: a page, then a name at a time."""

import re
from collections.abc import Sequence
from operator import attrgetter

from pydantic import BaseModel

from idearc.errors import WrongFormError
from idearc.jobs.competitors import kinds
from idearc.jobs.competitors.entry import CompetitorFields
from idearc.jobs.competitors.small_questions import DESCRIBE, JUDGE, NAMES, judged, named
from idearc.jobs.job import Conversation, describe
from idearc.jobs.research import phrases
from idearc.jobs.research.hits import as_page
from idearc.jobs.research.names import Evidence, about, candidates, own_page, worth_reading
from idearc.jobs.research.words import is_said
from idearc.models import Idea
from idearc.text import counted, differently_spelled
from idearc.web import Hit

# What takes a small model 1 to 3 s each.
_MAX_PAGES, _MAX_JUDGED, _MAX_KEPT = 12, 10, 6
_SURE, _VERY_SURE = 0.7, 0.8  # that it is a competitor, a direct one
_MOST = 0.6  # of the words of a sentence
_MONEY = re.compile(r"[$€£¥₹]|\b(eur|usd|gbp|chf|free|kostenlos|grat\w+)\b", re.IGNORECASE)
_FEW = 4  # of them: with fewer, kinds of alternatives fill the list


async def small_research(idea: Idea, asked: Conversation) -> Sequence[BaseModel]:
    searches = phrases.searches(idea, await phrases.written(idea, asked))
    hits = await asked.search(searches)
    pages = worth_reading(hits, _MAX_PAGES)
    asked.note(f"Reading {counted(len(pages), 'page')}")
    listed = [name for hit in pages for name in await _names(hit, asked)]
    there = candidates(listed, hits, [idea.name, idea.text, *searches])[:_MAX_JUDGED]
    asked.note(f"Weighing {counted(len(there), 'name')}")
    likely = [
        (await asked.likelihood(JUDGE, judged(idea.text, one.name, one.sentence)), one)
        for one in there
    ]
    asked.note("")
    likely.sort(key=lambda one: -one[0])
    found = [
        await _entry(one, sureness, hits, asked)
        for sureness, one in likely[:_MAX_KEPT]
        if sureness >= _SURE
    ]
    if len(found) >= _FEW:
        return found
    others = await asked.ask(kinds.QUESTION, describe(idea, kinds.QUESTION))
    return differently_spelled([*found, *others.findings()], attrgetter("name"))


async def _names(hit: Hit, asked: Conversation) -> Sequence[str]:
    """None of a page whose answer can't be read: the others have names, too."""
    try:
        return (await asked.ask(NAMES, as_page(hit))).names
    except WrongFormError:
        return []


async def _entry(
    one: Evidence, sureness: float, hits: Sequence[Hit], asked: Conversation
) -> CompetitorFields:
    """What the model says of it is kept as far as sentences that name it say so."""
    part = about(one.name, one.hit)
    page = f"{part.title}\n{part.text}"
    said = await asked.ask(DESCRIBE, named(one.name, part))
    strength, weakness, pricing = (
        words if is_said(words, page) else ""
        for words in (said.strength, said.weakness, said.pricing)
    )
    return CompetitorFields(
        name=one.name,
        kind="direct" if sureness >= _VERY_SURE else "indirect",
        what=said.what if is_said(said.what, page, _MOST) else "",
        pricing=pricing if _MONEY.search(pricing) else "",
        strengths=[strength] if strength else [],
        weaknesses=[weakness] if weakness else [],
        url=own_page(one.name, hits),
        sources=[one.hit.url],
        evidence=one.sentence,
    )
