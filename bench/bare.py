"""What Streamlit itself takes: a form that leads to another page, which looks every few seconds."""

import os

import streamlit as st
from streamlit_autorefresh import st_autorefresh


def form() -> None:
    with st.form("new_idea"):
        text = st.text_area("Your idea")
        submitted = st.form_submit_button("Submit idea")
    if submitted:
        st.switch_page(workspace, query_params={"idea": text[:9]})


def wait() -> None:
    st.write("Features")
    st_autorefresh(1000 * float(os.environ.get("IDEARC_TICK_SECONDS", "5")), key="tick")


workspace = st.Page(wait, title="Workspace", url_path="workspace")
st.navigation([st.Page(form, title="New idea", default=True), workspace]).run()
