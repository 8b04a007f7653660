"""What Idearc would be without the background: the click waits for both jobs, one by one."""

import streamlit as st

from idearc.bootstrap import build_provider
from idearc.jobs import JOBS
from idearc.models import Idea, new_id
from idearc.providers import Provider
from idearc.run import run_job
from idearc.settings import read_settings
from idearc.store import Store


@st.cache_resource
def store_and_provider() -> tuple[Store, Provider]:
    settings = read_settings()
    return Store(settings.database_url), build_provider(settings)


def form() -> None:
    with st.form("new_idea"):
        text = st.text_area("Your idea")
        submitted = st.form_submit_button("Submit idea")
    if submitted:
        store, provider = store_and_provider()
        idea, _ = store.add_idea(Idea(token=new_id(), name="A blocking idea", text=text))
        for job_name in JOBS:
            run_job(store, provider, None, job_name, idea.id, lambda _: None)
        st.switch_page(workspace, query_params={"idea": idea.id})


def show() -> None:
    store, _ = store_and_provider()
    for job, tab in zip(JOBS.values(), st.tabs([job.label for job in JOBS.values()]), strict=True):
        names = [one.name for one in store.findings(job, st.query_params["idea"])]
        tab.dataframe({job.label: names})


workspace = st.Page(show, title="Workspace", url_path="workspace")
st.navigation([st.Page(form, title="New idea", default=True), workspace]).run()
