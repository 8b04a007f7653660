"""The competitors: a card for each, then a table and a picture of all."""

from collections.abc import Sequence

import streamlit as st

from idearc.jobs.competitors import Competitor
from idearc.markdown import link, plain, search_url
from idearc.text import Names, short
from idearc.views import Content
from idearc.views.parts import field, remark, two_lists, whole
from idearc.views.picture import Chip, picture
from idearc.web import Pages, as_address, host

SEEN, NOT_CONFIRMED, KNOWN = "seen in the search", "not confirmed", "you know it"
A_KIND = "a kind, no name"
_BADGES = {SEEN: "green", NOT_CONFIRMED: "gray", A_KIND: "gray", KNOWN: "blue"}
_HOST = r"^https?://(?:www\.)?([^/?#]+)"  # says whether it leads to a site or to a search
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
    found = Pages(content.result.pages)
    is_researched = content.result.is_researched
    known = Names(content.idea.known)
    competitors: Sequence[Competitor] = content.findings
    badges = {one.position: _badges(one, found, is_researched, known) for one in competitors}
    addresses = {one.position: _address(one, found) for one in competitors}

    key = f"competitor-{content.idea.key}"
    _cards(competitors[:_CARDS], addresses, badges, found, key)
    if competitors[_CARDS:]:
        with st.expander(f"{len(competitors) - _CARDS} more"):
            _cards(competitors[_CARDS:], addresses, badges, found, key)
    _table(competitors, addresses, badges)
    _picture(competitors, badges, is_researched)


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
    competitors: Sequence[Competitor], addresses: dict[int, str], badges: dict[int, list[str]]
) -> None:
    column = st.column_config
    has_badges = any(badges.values())
    has_pricing = any(one.pricing for one in competitors)  # small models know none
    st.dataframe(
        [
            {
                "Name": _cell(one.name),
                **({"Badges": badges[one.position]} if has_badges else {}),
                # A column of its own: those of links are sorted by their addresses.
                "Link": addresses[one.position],
                "Kind": one.kind,
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


def _cell(text: str) -> str:
    """The table can be downloaded: a spreadsheet must not take a text for a formula."""
    line = short(text, 200)
    return f"\u2060{line}" if line.startswith(("=", "+", "-", "@")) else line


def _picture(
    competitors: Sequence[Competitor], badges: dict[int, list[str]], is_researched: bool
) -> None:
    chips = []
    kinds = [kind for kind in _KINDS if any(one.kind == kind for one in competitors)]
    for kind in kinds:
        for place, one in enumerate(one for one in competitors if one.kind == kind):
            is_filled = not {NOT_CONFIRMED, A_KIND} & {*badges[one.position]}
            chips.append(Chip(one.name, kind, "abc"[place % 3], is_filled))
    meanings = [f"{kind.capitalize()}: {_KINDS[kind]}." for kind in kinds]
    if is_researched:
        there = {badge for of_one in badges.values() for badge in of_one}
        pale = " or ".join(badge for badge in (NOT_CONFIRMED, A_KIND) if badge in there)
        meanings.append(f"Filled: {SEEN}; pale: {pale or NOT_CONFIRMED}.")
    of_chips, of_words = st.columns([3, 1], vertical_alignment="center")
    with of_chips:
        picture(chips, kinds, "abc", " ".join(meanings), has_header=False)
    of_words.caption("  \n".join(meanings))


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
    two_lists("Strengths", one.strengths, "Weaknesses", one.weaknesses, key)
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
