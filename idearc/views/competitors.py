"""The competitors: a picture and a table of all, then a card for each."""

import unicodedata
from collections.abc import Sequence
from urllib.parse import quote

import streamlit as st

from idearc.jobs.competitors import Competitor
from idearc.markdown import link, plain, search_url
from idearc.text import spelling
from idearc.views import Content
from idearc.views.parts import field, short, two_lists
from idearc.views.picture import Chip, picture
from idearc.web import Pages, as_address, host

SEEN, NOT_CONFIRMED, KNOWN = "seen in the search", "not confirmed", "you know it"
_BADGES = {SEEN: "green", NOT_CONFIRMED: "gray", KNOWN: "blue"}
_CARDS = 10  # that are open to the eye; more are folded

# From the closest to the farthest; a model names the first four or the last three.
_KINDS = ["direct", "indirect", "substitute", "unknown", "product", "service", "habit"]
_MEANING = (
    "Direct: the same job for the same people. Indirect: overlaps in part. Substitute: what "
    "people do instead."
)
_MEANING_OF_SMALL = (
    "Products can be bought, services are done by others, habits are what people do by themselves."
)


def draw(content: Content) -> None:
    found = Pages(content.result.pages)
    is_researched = content.result.is_researched
    known = {spelling(name) for name in content.idea.known}
    competitors: Sequence[Competitor] = content.findings
    badges = {one.position: _badges(one, found, is_researched, known) for one in competitors}
    addresses = {one.position: _address(one, found) for one in competitors}

    _table(competitors, addresses, badges)
    _picture(competitors, badges, is_researched)
    _cards(competitors[:_CARDS], addresses, badges, found)
    if competitors[_CARDS:]:
        with st.expander(f"{len(competitors) - _CARDS} more"):
            _cards(competitors[_CARDS:], addresses, badges, found)


def _badges(one: Competitor, found: Pages, is_researched: bool, known: set[str]) -> list[str]:
    """What the data supports: nothing of the search where there was none."""
    of_search = [SEEN if one.was_seen(found) else NOT_CONFIRMED] if is_researched else []
    return [*of_search, *([KNOWN] if spelling(one.name) in known else [])]


def _address(one: Competitor, found: Pages) -> str:
    """Its own only where the search returned its site: others may be invented, a search is not."""
    return as_address(one.url) if found.has_site(one.url) else search_url(one.search or one.name)


def _table(
    competitors: Sequence[Competitor], addresses: dict[int, str], badges: dict[int, list[str]]
) -> None:
    st.dataframe(
        [
            {
                # Browsers keep what follows :~: to themselves, to show where on the page it stands
                # (https://wicg.github.io/scroll-to-text-fragment); here it carries the name along.
                "Name": f"{addresses[one.position]}{_fragment(addresses[one.position], one.name)}",
                **({"Badges": badges[one.position]} if any(badges.values()) else {}),
                "Kind": one.kind,
                "Pricing": _cell(one.pricing),
                "What it does": _cell(one.what),
            }
            for one in competitors
        ],
        column_config={
            "Name": st.column_config.LinkColumn(
                display_text=":~:text=(.*)$",
                alignment="right" if any(map(_is_right_to_left, competitors)) else "left",
                pinned=True,
                width="medium",
            ),
            "Kind": st.column_config.TextColumn(width="small"),
            "Badges": st.column_config.MultiselectColumn(
                options=list(_BADGES), color=list(_BADGES.values())
            ),
        },
        hide_index=True,
        height="content",
    )


def _cell(text: str) -> str:
    """The table can be downloaded: a spreadsheet must not take a text for a formula."""
    line = short(text, 200)
    return f"\u2060{line}" if line.startswith(("=", "+", "-", "@")) else line


def _is_right_to_left(one: Competitor) -> bool:
    """Such names would leave their cell to the left."""
    return any(unicodedata.bidirectional(char) in {"R", "AL"} for char in one.name)


def _fragment(address: str, name: str) -> str:
    directive = ":~:text=" + quote(short(name, 40), safe=";/?:@&=+$,#!'()*")
    return directive if "#" in address else f"#{directive}"


def _picture(
    competitors: Sequence[Competitor], badges: dict[int, list[str]], is_researched: bool
) -> None:
    chips = []
    kinds = [kind for kind in _KINDS if any(one.kind == kind for one in competitors)]
    for kind in kinds:
        for place, one in enumerate(one for one in competitors if one.kind == kind):
            is_filled = NOT_CONFIRMED not in badges[one.position]
            chips.append(Chip(one.name, kind, "abc"[place % 3], is_filled))
    meaning = _MEANING_OF_SMALL if {*kinds} & {*_KINDS[4:]} else _MEANING
    if is_researched:
        meaning += f" Filled: {SEEN}; pale: {NOT_CONFIRMED}."
    with st.container(width=760):
        picture(chips, "abc", meaning, has_header=False)


def _cards(
    competitors: Sequence[Competitor],
    addresses: dict[int, str],
    badges: dict[int, list[str]],
    found: Pages,
) -> None:
    for start in range(0, len(competitors), 2):
        for column, one in zip(st.columns(2), competitors[start : start + 2], strict=False):
            with column.container(border=True, height="stretch", gap="small"):
                _card(one, addresses[one.position], badges[one.position], found)


def _card(one: Competitor, address: str, badges: list[str], found: Pages) -> None:
    st.header(link(short(one.name), address), anchor=False)
    marks = " ".join(f":{_BADGES[badge]}-badge[{badge}]" for badge in badges)
    price = f" · {plain(short(one.pricing))}" if one.pricing else ""
    st.markdown(f":gray-badge[{plain(one.kind)}] {marks}{price}")
    key = f"competitor-{one.position}"
    if short(one.name) != one.name:
        field(one.name, f"{key}-name")
    field(one.what, f"{key}-what")
    two_lists("Strengths", one.strengths, "Weaknesses", one.weaknesses)
    if one.search:
        st.markdown(f":material/search: {link(short(one.search), search_url(one.search))}")
    sources = [url for url in one.sources if host(url)]
    if found and sources:
        listed = " · ".join(
            link(host(url), url) if found.has(url) else f"{plain(host(url))} (not in the search)"
            for url in sources
        )
        st.caption(f"Sources: {listed}")
