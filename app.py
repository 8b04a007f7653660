"""The entry: streamlit run app.py. Page frame, navigation, and the one place for errors."""

from pathlib import Path

import streamlit as st

from idearc.errors import IdearcError, StoreError
from idearc.markdown import plain

icon = Path(__file__).parent / "assets" / "icon.svg"
new_idea = st.Page("pages/new_idea.py", title="New idea", default=True)
ideas = st.Page("pages/ideas.py", title="Ideas")
workspace = st.Page("pages/workspace.py", title="Workspace", visibility="hidden")
compare = st.Page("pages/compare.py", title="Compare", visibility="hidden")
# Streamlit's own bar would hide the links behind a menu on phones.
page = st.navigation([new_idea, ideas, workspace, compare], position="hidden")
# Of two layouts in one run, one would see the former for a moment at each run.
is_wide = page in (workspace, compare)
st.set_page_config(
    page_title=None if is_wide else "Idearc",
    page_icon=icon,
    layout="wide" if is_wide else "centered",
)
st.logo(icon, size="large")
with st.container(horizontal=True):
    st.page_link(new_idea, label="New idea", icon=":material/add:")
    st.page_link(ideas, label="Ideas", icon=":material/list:")


def show(problem: str) -> None:
    st.error(plain(problem), icon=":material/error:")


if of_callback := st.session_state.pop("problem", None):
    show(of_callback)
try:
    page.run()
except IdearcError as error:
    show(str(error))
    st.set_page_config(page_title="Idearc")
    if isinstance(error, StoreError):
        st.button("Load the page again", icon=":material/refresh:")
    if page is not new_idea or "refine" in st.query_params:
        st.page_link(new_idea, label="Go to the start page")
