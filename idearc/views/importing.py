"""How a file that was exported becomes an idea again: on the list of ideas."""

import streamlit as st

from idearc.core import Idearc
from idearc.models import new_id
from idearc.views.parts import problem_told


def import_button(idearc: Idearc) -> None:
    """Opens to a place for the file; after that it leads to the new idea's workspace."""
    if idea_id := st.session_state.pop("from_file", None):
        st.switch_page("pages/workspace.py", query_params={"idea": idea_id})
    # With another key after each file, the place is empty again.
    key = f"file-{st.session_state.setdefault('file_place', new_id())}"
    with st.popover("Import", icon=":material/upload:"):
        st.file_uploader(
            "An idea that was exported as JSON",
            type="json",
            key=key,
            on_change=_take,
            args=(idearc, key),
        )
        st.caption("It becomes a new idea. What it has no result of begins at once.")


def _take(idearc: Idearc, key: str) -> None:
    """A callback: what is wrong with the file is told where all problems are."""
    if file := st.session_state.get(key):
        with problem_told():
            st.session_state.from_file = idearc.import_idea(file.getvalue())
        st.session_state.file_place = new_id()
