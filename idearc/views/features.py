"""The features by priority, a picture of them all, and which ones the first version gets."""

from collections.abc import Callable, Sequence
from typing import cast

import streamlit as st

from idearc.jobs.features import Feature
from idearc.markdown import plain
from idearc.text import short
from idearc.views import Content
from idearc.views.parts import field, problem_told, remark, whole
from idearc.views.picture import Chip, picture

_PRIORITIES = {"must": "Must have", "should": "Should have", "could": "Could have"}
_EFFORTS = {"S": "Small", "M": "Medium", "L": "Large"}
_MEANING = "Small takes days, medium weeks, large months. Filled: in the first version."
_START = " Start here: at the top left stands what is needed and quickly made."


def draw(content: Content) -> None:
    places = {effort: place for place, effort in enumerate(_EFFORTS)}
    features = sorted(
        cast(Sequence[Feature], content.part.findings), key=lambda one: places[one.effort]
    )
    is_in = {one.position: bool(one.is_chosen(content.part.choices)) for one in features}
    groups = {
        title: [one for one in features if one.priority == priority]
        for priority, title in _PRIORITIES.items()
    }
    st.html('<style>[class*="st-key-feature-"] label p { font-weight: 600 }</style>')
    cards, overview = st.columns([3, 2], gap="medium")  # cards first, as in the preview
    with overview:
        st.header(f"First version: {sum(is_in.values())} of {len(features)}", anchor=False)
        if content.choose:
            st.caption("Tick what it gets.")
        chips = [
            Chip(one.name, _PRIORITIES[one.priority], _EFFORTS[one.effort], is_in[one.position])
            for one in features
        ]
        has_start = any((one.priority, one.effort) == ("must", "S") for one in features)
        meaning = _MEANING + (_START if has_start else "")
        picture(chips, list(groups), list(_EFFORTS.values()), meaning)
        st.caption(meaning)
    with cards:
        for title, group in groups.items():
            if group:
                st.header(title, anchor=False)
            for one in group:
                with st.container(border=True, gap="xsmall"):
                    _card(content, one, is_in[one.position])


def _card(content: Content, one: Feature, is_in: bool) -> None:
    key = f"feature-{content.idea.key}-{one.position}"
    is_changed_elsewhere = st.session_state.get(key, is_in) != is_in
    if is_changed_elsewhere:
        st.session_state[key] = is_in
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if content.choose:
            st.checkbox(
                plain(short(one.name)),  # is read aloud as it is written: no markup
                value=is_in and not is_changed_elsewhere,  # not both: Streamlit warns
                key=key,
                on_change=_choose,
                args=(content.choose, one.position, key),
            )
        else:
            st.markdown(f"**{plain(short(one.name))}**", width="content")
            if is_in:
                st.badge("first version")
        st.badge(f"{_EFFORTS[one.effort].lower()} effort", color="gray")
    whole(one.name, f"{key}-name")
    field(one.what, f"{key}-what")
    remark(one.why, f"{key}-why")
    remark(one.weakness and f"Today: {one.weakness}", f"{key}-weakness", ":material/swap_horiz:")


def _choose(choose: Callable[[int, bool], None], position: int, key: str) -> None:
    """A callback: a click that a tick overtakes would be lost in the page itself."""
    with problem_told():
        choose(position, st.session_state[key])
