"""The entry: streamlit run app.py. Page frame, navigation, and the one place for errors."""

from pathlib import Path

import streamlit as st

from idearc import __version__
from idearc.application import get_idearc
from idearc.errors import IdearcError, StoreError
from idearc.markdown import plain
from idearc.views.browser import STYLE
from idearc.views.entrance import log_out_button
from idearc.views.session import keep_this_page

icon = Path(__file__).parent / "assets" / "icon.svg"
new_idea = st.Page("pages/new_idea.py", title="New idea", default=True)
ideas = st.Page("pages/ideas.py", title="Ideas")
workspace = st.Page("pages/workspace.py", title="Workspace", visibility="hidden")
compare = st.Page("pages/compare.py", title="Compare", visibility="hidden")
shared = st.Page("pages/shared.py", title="Shared", visibility="hidden")
example = st.Page("pages/example.py", title="Example", visibility="hidden")
# Streamlit's own bar would hide the links behind a menu on phones.
wide = [workspace, compare, shared, example]
page = st.navigation([new_idea, ideas, *wide], position="hidden")
keep_this_page()
# Set the layout once per run: a second call would flash the first layout.
is_wide = page in wide
st.set_page_config(
    page_title=None if is_wide else "Idearc",
    page_icon=icon,
    layout="wide" if is_wide else "centered",
)
st.logo(icon, size="large")
st.html(STYLE)

# The last on the page and the first to be there: what an earlier run said goes at once.
body, problem = st.container(), st.empty()


def show(words: str) -> None:
    st.error(plain(words), icon=":material/error:")


try:
    with body:
        visitor = get_idearc().visitor
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link(new_idea, label="New idea", icon=":material/add:")
            if visitor.has_list:
                st.page_link(ideas, label="Ideas", icon=":material/list:")
            if visitor.owner:
                log_out_button()
        if of_callback := st.session_state.pop("problem", None):
            show(of_callback)
        if deleted := st.session_state.pop("deleted", None):
            st.success(f"{plain(deleted)} is deleted.", icon=":material/delete:")
        page.run()
        st.caption(f"Idearc {__version__}")
except IdearcError as error:
    st.set_page_config(page_title="Idearc")
    with problem.container():
        show(str(error))
        if isinstance(error, StoreError):
            st.button("Load the page again", icon=":material/refresh:")
        if page is not new_idea or "refine" in st.query_params:
            st.page_link(new_idea, label="Go to the start page")
