"""Competitors in what a search returned, by a small model: a page, then a name at a time."""

import re
from collections.abc import Sequence
from operator import attrgetter

from pydantic import BaseModel

from idearc.errors import WrongFormError
from idearc.jobs.competitors import kinds
from idearc.jobs.competitors.entry import CompetitorFields
from idearc.jobs.competitors.small_questions import (
    DESCRIBE,
    FITS,
    JUDGE,
    NAMES,
    fitting,
    judged,
    named,
)
from idearc.jobs.job import Conversation, describe
from idearc.jobs.research import phrases
from idearc.jobs.research.hits import as_page
from idearc.jobs.research.names import (
    Evidence,
    about,
    candidates,
    own_page,
    own_words,
    worth_reading,
)
from idearc.jobs.research.words import is_said
from idearc.models import Idea
from idearc.spelling import bare, differently_spelled
from idearc.text import counted
from idearc.web import Hit

# What takes a small model 1 to 3 s each.
_MAX_PAGES, _MAX_NAMES, _MAX_KEPT = 8, 10, 6
_SURE, _VERY_SURE = 0.62, 0.75  # that it is a competitor, a direct one
_UNCLEAR = 0.3, 0.85  # that it is one, as the first answer says; a second one is asked for
_MOST = 0.6  # of the words of a sentence
_MONEY = re.compile(r"[$€£¥₹]|\b(eur|usd|gbp|chf|free|kostenlos|grat\w+)\b", re.IGNORECASE)
_FEW = 4  # of them: with fewer, kinds of alternatives fill the list


async def small_research(idea: Idea, asked: Conversation) -> Sequence[BaseModel]:
    searches = phrases.searches(idea, await phrases.written(idea, asked))
    hits = await asked.search(searches)
    context = [idea.name, idea.text, *searches]
    pages = worth_reading(hits, _MAX_PAGES, context)
    asked.note(f"Reading {counted(len(pages), 'page')}")
    listed = [name for hit in pages for name in await _names(hit, asked)]
    there = candidates(listed, hits, context)[:_MAX_NAMES]
    asked.note(f"Weighing {counted(len(there), 'name')}")
    likely = await _weighed(there, idea, searches[0], asked)
    asked.note("")
    found: list[CompetitorFields] = []
    for one, sureness in likely[:_MAX_KEPT]:
        if sureness >= _SURE:
            found.append(await _entry(one, sureness, there, hits, asked))
            asked.show(found)
    if len(found) >= _FEW:
        return found
    question = kinds.FEWER if found else kinds.QUESTION
    others = await asked.ask(question, describe(idea, question))
    return differently_spelled([*found, *others.findings()], attrgetter("name"))


async def _weighed(
    names: Sequence[Evidence], idea: Idea, product: str, asked: Conversation
) -> list[tuple[Evidence, float]]:
    """Each with how sure it is that it competes, the likeliest first."""
    # All names first, then again: the model's server keeps the examples of one question in mind.
    fits = [
        (one, await asked.likelihood(FITS, fitting(product, one.name, one.sentence)))
        for one in names
    ]
    weighed = []
    for one, fit in fits:
        if _UNCLEAR[0] <= fit < _UNCLEAR[1]:
            second = await asked.likelihood(JUDGE, judged(idea.text, one.name, one.sentence))
            # The mean of both log-odds: a logarithmic opinion pool.
            yes, no = (fit * second) ** 0.5, ((1 - fit) * (1 - second)) ** 0.5
            fit = yes / (yes + no)
        weighed.append((one, fit))
    return sorted(weighed, key=lambda pair: -pair[1])


async def _names(hit: Hit, asked: Conversation) -> Sequence[str]:
    """None of a page whose answer can't be read: the others have names, too."""
    try:
        return (await asked.ask(NAMES, as_page(hit))).names
    except WrongFormError:
        return []


async def _entry(
    one: Evidence,
    sureness: float,
    there: Sequence[Evidence],
    hits: Sequence[Hit],
    asked: Conversation,
) -> CompetitorFields:
    """What the model says of it is kept as far as sentences that name it say so."""
    part = about(one.name, one.hit)
    page = f"{part.title}\n{part.text}"
    said = await asked.ask(DESCRIBE, named(one.name, part))
    strength, weakness, pricing = (
        words if is_said(words, page) else ""
        for words in (said.strength, said.weakness, said.pricing)
    )
    says_nothing = bare(said.what)[0] == bare(one.name)[0] or not is_said(said.what, page, _MOST)
    own = own_words(one.name, [other.name for other in there], page)
    has_price = _MONEY.search(pricing) and is_said(pricing, own)
    return CompetitorFields(
        name=one.name,
        kind="direct" if sureness >= _VERY_SURE else "indirect",
        what="" if says_nothing else said.what,
        pricing=pricing if has_price else "",
        strengths=[strength] if strength else [],
        weaknesses=[weakness] if weakness else [],
        url=own_page(one.name, hits),
        sources=[one.hit.url],
        evidence=one.sentence,
    )
