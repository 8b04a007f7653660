"""How an idea is deleted: a button, and a question before it happens."""

from functools import partial

import streamlit as st

from idearc.core import Idearc
from idearc.markdown import plain
from idearc.models import Idea
from idearc.text import short
from idearc.views import news
from idearc.views.button import answer, button
from idearc.views.parts import problem_told


def delete_button(idearc: Idearc, idea: Idea, others: int) -> None:
    """The question stays open, whatever the page draws meanwhile."""
    key = f"delete-{idea.key}"
    if button("Delete", key, icon="delete", is_opener=True):
        close = partial(answer, key)
        ask = st.dialog("Delete this idea?", icon=":material/delete:", on_dismiss=close)(_ask)
        ask(idearc, idea, others, key)


def _ask(idearc: Idearc, idea: Idea, others: int, key: str) -> None:
    name = f"“{short(idea.name)}”"
    if others:
        name = f"Version {idea.version} of {name}"
    st.markdown(
        f"{plain(name)} goes for good, with all that was found for it and what you ticked. What "
        f"still runs for it stores nothing.{' Its other versions stay.' if others else ''}"
    )
    agree, refuse = f"{key}-for-good", f"{key}-keep"
    with st.container(horizontal=True):
        is_agreed = button("Delete for good", agree, is_primary=True)
        is_refused = button("Keep it", refuse)
    if not (is_agreed or is_refused):
        return
    answer(key, agree, refuse)
    if is_agreed:
        with problem_told():
            news.stop_watching(idearc)
            idearc.delete(idea.id)
            st.session_state.deleted = name
            has_list = idearc.visitor.has_list
            st.switch_page("pages/ideas.py" if has_list else "pages/new_idea.py")
    st.rerun()
