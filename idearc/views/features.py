"""The features by priority, a picture of them all, and which ones the first version gets."""

from collections.abc import Sequence

import streamlit as st

from idearc.errors import IdearcError
from idearc.jobs.features import Feature
from idearc.markdown import plain
from idearc.views import Content
from idearc.views.parts import field, short
from idearc.views.picture import Chip, picture

_PRIORITIES = {"must": "Must have", "should": "Should have", "could": "Could have"}
_EFFORTS = {"S": "Small", "M": "Medium", "L": "Large"}
_MEANING = (
    "Small takes days, medium weeks, large months. Start at the top left: needed, and quickly "
    "made. Filled: in the first version."
)


def draw(content: Content) -> None:
    features: Sequence[Feature] = content.findings
    choices = content.idearc.choices(content.job, content.idea.id)
    # Until they are touched, the musts are in.
    is_in = {one.position: choices.get(one.position, one.priority == "must") for one in features}
    groups = {
        title: [one for one in features if one.priority == priority]
        for priority, title in _PRIORITIES.items()
    }
    overview, cards = st.columns([2, 3], gap="medium")
    with overview:
        st.header(f"First version: {sum(is_in.values())} of {len(features)}", anchor=False)
        chips = [
            Chip(one.name, title, _EFFORTS[one.effort], is_in[one.position])
            for title, group in groups.items()
            for one in group
        ]
        picture(chips, list(_EFFORTS.values()), _MEANING)
    with cards:
        for title, group in groups.items():
            if group:
                st.header(title, anchor=False)
            for one in group:
                with st.container(border=True, gap="xsmall"):
                    _card(content, one, is_in[one.position])


def _card(content: Content, one: Feature, is_in: bool) -> None:
    key = f"feature-{content.idea.id}-{one.position}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{plain(short(one.name))}** :gray-badge[{_EFFORTS[one.effort].lower()} effort]",
            width="stretch",
        )
        if st.session_state.get(key) != is_in:  # another page has changed it
            st.session_state[key] = is_in
        st.checkbox("First version", key=key, on_change=_choose, args=(content, one, key))
    if short(one.name) != one.name:
        field(one.name, f"{key}-name")
    field(one.what, f"{key}-what")
    if one.why:
        st.caption(plain(short(one.why, 400)))
    if one.weakness:
        st.markdown(f":small[:material/swap_horiz: Today: {plain(short(one.weakness, 400))}]")


def _choose(content: Content, one: Feature, key: str) -> None:
    """A callback: a click that a tick overtakes would be lost in the page itself."""
    try:
        content.idearc.choose(content.job, content.idea.id, one.position, st.session_state[key])
    except IdearcError as error:
        st.session_state.problem = str(error)  # app.py shows it
