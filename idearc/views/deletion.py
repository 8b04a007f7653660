"""How an idea is deleted: a button, and a question before it happens."""

import streamlit as st

from idearc.core import Idearc
from idearc.markdown import plain
from idearc.models import Idea
from idearc.views.parts import problem_told, short, toggle


def delete_button(idearc: Idearc, idea: Idea, others: int) -> None:
    """Chosen as long as the question is open, whatever the page draws meanwhile."""
    st.session_state.setdefault("questions", 0)
    key = f"delete-{idea.key}-{st.session_state.questions}"
    if toggle("Delete", key, icon=":material/delete:"):
        _ask(idearc, idea, others)


def _close() -> None:
    """With a new key the button is not chosen."""
    st.session_state.questions += 1


@st.dialog("Delete this idea?", icon=":material/delete:", on_dismiss=_close)
def _ask(idearc: Idearc, idea: Idea, others: int) -> None:
    name = f"“{short(idea.name)}”"
    if others:
        name = f"Version {idea.version} of {name}"
    st.markdown(
        f"{plain(name)} goes for good, with all that was found for it and what you ticked. What "
        f"still runs for it stores nothing.{' Its other versions stay.' if others else ''}"
    )
    with st.container(horizontal=True):
        if st.button("Delete for good", type="primary"):
            with problem_told():
                idearc.delete(idea.id)
                st.session_state.deleted = name
                has_list = idearc.visitor.has_list
                st.switch_page("pages/ideas.py" if has_list else "pages/new_idea.py")
        elif not st.button("Keep it"):
            return
    _close()
    st.rerun()
