"""What a search returned, as a model reads it: clean, short, each page once."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, zip_longest

from idearc.jobs.job import material
from idearc.text import clean
from idearc.web import Hit, as_address, page_key

MAX_HITS = 30
_PER_PHRASE = 10
_TITLE, _TEXT = 120, 300  # characters
_TO_A_MODEL = 9_000  # characters of all pages together


def gathered(of_phrases: Sequence[Sequence[Hit]]) -> list[Hit]:
    """The best of each phrase first; each page once, with an address of the web."""
    ranked = zip_longest(*(hits[:_PER_PHRASE] for hits in of_phrases))
    kept: dict[str, Hit] = {}
    for hit in filter(None, chain.from_iterable(ranked)):
        one = Hit(_line(hit.title, _TITLE), as_address(hit.url), _line(hit.text, _TEXT))
        if one.url and (one.title or one.text):
            kept.setdefault(page_key(one.url), one)
    return [*kept.values()][:MAX_HITS]


def _line(text: str, length: int) -> str:
    """One line, cut between words."""
    line = " ".join(clean(text[: 4 * length]).split())
    return line if len(line) <= length else re.sub(r"\s\S*$", "", line[:length]) + "…"


def as_page(hit: Hit) -> str:
    """As material for a model."""
    return material(f"{hit.title}\n{hit.text}", "page")


def numbered(hits: Sequence[Hit]) -> list[str]:
    """Each with its number, from 1; the first ones, as far as they fit."""
    pages: list[str] = []
    for number, hit in enumerate(hits, start=1):
        pages.append(as_page(replace(hit, title=f"Page {number}: {hit.title}")))
        if sum(map(len, pages)) > _TO_A_MODEL:
            return pages[:-1]
    return pages
