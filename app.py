"""The entry: streamlit run app.py. Page frame, navigation, and the one place for errors."""

from pathlib import Path

import streamlit as st

from idearc.errors import IdearcError
from idearc.markdown import plain

icon = Path(__file__).parent / "assets" / "icon.svg"
st.set_page_config(page_title="Idearc", page_icon=icon, layout="centered")
st.logo(icon, size="large")

new_idea = st.Page("pages/new_idea.py", title="New idea", icon=":material/add:", default=True)
ideas = st.Page("pages/ideas.py", title="Ideas", icon=":material/list:")
workspace = st.Page("pages/workspace.py", title="Workspace", visibility="hidden")
page = st.navigation([new_idea, ideas, workspace], position="top")

try:
    page.run()
except IdearcError as error:
    st.error(plain(str(error)), icon=":material/error:")
    if page is not new_idea:
        st.page_link(new_idea, label="Go to the start page")
