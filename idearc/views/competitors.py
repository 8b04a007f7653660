"""The competitors: a card for each, and a table of all where that says more at a glance."""

import re
from collections.abc import Sequence
from typing import cast
from urllib.parse import urlsplit

import streamlit as st

from idearc.export.tables import FORMULA_SIGNS
from idearc.jobs.competitors import Competitor
from idearc.markdown import SEARCH_ENGINE, link, plain, search_url
from idearc.spelling import Names
from idearc.text import short
from idearc.views import Content
from idearc.views.parts import field, remark, whole
from idearc.views.points import STYLE, Points, points
from idearc.web import Pages, as_address, host

SEEN, NOT_CONFIRMED, KNOWN = "seen in the search", "not confirmed", "you know it"
A_KIND = "a kind, no name"
_BADGES = {SEEN: "green", NOT_CONFIRMED: "gray", A_KIND: "gray", KNOWN: "blue"}
# What a cell with a link shows: its host, or of a search that has this mark at its end, the mark.
_SEARCH_MARK = "search"
_HOST = (
    rf"^https?://(?:{re.escape(urlsplit(SEARCH_ENGINE).netloc)}/.*#(?={_SEARCH_MARK}$)|(?:www\.)?)"
    rf"({_SEARCH_MARK}$|[^/?#]+)"
)
_AT_A_GLANCE = 6  # cards; of more, a table gives the overview
COLUMNS = 2  # of cards, which previews have, too
_CARDS = 10  # that are open to the eye; more are folded

# From the closest to the farthest; large models name the first four, small ones the last three.
_KINDS = {
    "direct": "the same job for the same people",
    "indirect": "overlaps in part",
    "substitute": "what people do instead",
    "unknown": "hard to tell",
    "product": "can be bought",
    "service": "is done by others",
    "habit": "what people do by themselves",
}


def draw(content: Content) -> None:
    found = Pages(content.part.result.pages)
    is_researched = content.part.result.is_researched
    known = Names(content.idea.known)
    competitors = cast(Sequence[Competitor], content.part.findings)
    badges = {one.position: _badges(one, found, is_researched, known) for one in competitors}
    addresses = {one.position: _address(one, found) for one in competitors}

    if missing := content.part.not_found(content.idea.known):
        said = "Not found" if is_researched else "Not among these"
        st.caption(f"{said}: {', '.join(link(name, search_url(name)) for name in missing)}")
    st.html(STYLE)
    key = f"competitor-{content.idea.key}"
    _cards(competitors[:_CARDS], addresses, badges, found, key)
    if competitors[_CARDS:]:
        with st.expander(f"{len(competitors) - _CARDS} more"):
            _cards(competitors[_CARDS:], addresses, badges, found, key)
    has_pricing = any(one.pricing for one in competitors)  # small models know none
    if has_pricing or any(badges.values()) or len(competitors) > _AT_A_GLANCE:
        with st.expander("As a table", type="compact"):
            _table(competitors, badges, found, has_pricing)


def _badges(one: Competitor, found: Pages, is_researched: bool, known: Names) -> list[str]:
    """What the data supports: nothing of the search where there was none."""
    unseen = A_KIND if one.is_a_kind else NOT_CONFIRMED
    of_search = [SEEN if one.was_seen(found) else unseen] if is_researched else []
    return [*of_search, *([KNOWN] if one.name in known else [])]


def _address(one: Competitor, found: Pages) -> str:
    """Its own where the search vouches for it: others may be invented, a search is not.

    Or the page whose sentence names it.
    """
    of_evidence = one.sources[:1] if one.evidence else []
    vouched_for = [url for url in [one.url, *of_evidence] if found.vouch_for(url)]
    return as_address(vouched_for[0]) if vouched_for else search_url(one.search or one.name)


def _table(
    competitors: Sequence[Competitor],
    badges: dict[int, list[str]],
    found: Pages,
    has_pricing: bool,
) -> None:
    column = st.column_config
    has_badges = any(badges.values())
    st.dataframe(
        [
            {
                "Name": _cell(one.name),
                **({"Badges": badges[one.position]} if has_badges else {}),
                # A column of its own: those of links are sorted by their addresses.
                "Link": _own_or_search(one, found),
                "Kind": _cell(one.kind),
                **({"Pricing": _cell(one.pricing)} if has_pricing else {}),
                "What it does": _cell(one.what),
            }
            for one in competitors
        ],
        column_config={
            "Name": column.TextColumn(pinned=True, width="medium"),
            "Link": column.LinkColumn(display_text=_HOST, width=130),
            "Badges": column.MultiselectColumn(options=list(_BADGES), color=list(_BADGES.values())),
            "Kind": column.TextColumn(width="small"),
        },
        hide_index=True,
        height="content",
    )
    there = {one.kind for one in competitors}
    meanings = [f"{kind.capitalize()}: {_KINDS[kind]}." for kind in _KINDS if kind in there]
    st.caption(" ".join(meanings))


def _own_or_search(one: Competitor, found: Pages) -> str:
    if found.vouch_for(one.url):
        return as_address(one.url)
    return f"{search_url(one.search or one.name)}#{_SEARCH_MARK}"


def _cell(text: str) -> str:
    """The table can be downloaded: a spreadsheet must not take a text for a formula."""
    line = short(text, 200)
    return f"\u2060{line}" if line.startswith(tuple(FORMULA_SIGNS)) else line


def _cards(
    competitors: Sequence[Competitor],
    addresses: dict[int, str],
    badges: dict[int, list[str]],
    found: Pages,
    key: str,
) -> None:
    for start in range(0, len(competitors), COLUMNS):
        row = competitors[start : start + COLUMNS]
        for column, one in zip(st.columns(COLUMNS), row, strict=False):
            with column.container(border=True, height="stretch", gap="small"):
                place = one.position
                _card(one, addresses[place], badges[place], found, f"{key}-{place}")


def _card(one: Competitor, address: str, badges: list[str], found: Pages, key: str) -> None:
    st.header(link(short(one.name), address), anchor=False)
    marks = " ".join(f":{_BADGES[badge]}-badge[{badge}]" for badge in badges)
    st.markdown(f":gray-badge[{plain(one.kind)}] {marks}")
    whole(one.name, f"{key}-name")
    field(one.what, f"{key}-what")
    remark(one.pricing, f"{key}-pricing", ":material/sell:")
    strengths = Points("Strength", "Strengths", "+", one.strengths)
    weaknesses = Points("Weakness", "Weaknesses", "\u2212", one.weaknesses)
    points([strengths, weaknesses])
    if one.search:
        st.markdown(f":material/search: {link(short(one.search), search_url(one.search))}")
    sources = [url for url in one.sources if host(url)]
    if one.evidence:
        source = "".join(link(host(url), url) for url in sources[:1] if found.has(url))
        st.caption(f"“{plain(one.evidence)}” {source}")
    elif found and sources:
        listed = " · ".join(
            link(host(url), url) if found.has(url) else f"{plain(host(url))} (not in the search)"
            for url in sources
        )
        st.caption(f"Sources: {listed}")
