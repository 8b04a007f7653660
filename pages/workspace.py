"""One idea with a tab for each job. Looks again every few seconds until all of them are done."""

from functools import partial

import streamlit as st

from idearc.application import get_idearc
from idearc.progress import is_done
from idearc.views import Content, frame, live, news, states, versions
from idearc.views.button import button, row
from idearc.views.deletion import delete_button
from idearc.views.downloads import export_button
from idearc.views.parts import problem_told
from idearc.views.printing import printed
from idearc.views.sharing import share_button

idearc = get_idearc()
idea = idearc.idea(st.query_params.get("idea", ""))
news.run_when_connected_again()
progress = news.progress(idearc, idea)


def retry(job_name: str) -> None:
    with problem_told():
        idearc.retry(job_name, idea.id)
    news.begin_new_round()


st.set_page_config(page_title=states.title(idea, progress))
all_versions = idearc.versions(idea)
frame.heading(idea, last_version=all_versions[-1].version)
if not idearc.visitor.has_list:
    st.caption("Keep this page's address: it is the only way back, and lets in all who have it.")
with row():
    versions.open_another(idea, all_versions)
    st.page_link(
        "pages/new_idea.py",
        label="Refine",
        icon=":material/edit:",
        query_params={"refine": idea.id},
    )
    share_button(idearc, idea)
    export_button(idea, progress, partial(idearc.snapshot, idea))
    delete_button(idearc, idea, others=len(all_versions) - 1)
news.watch(idearc, idea, progress)

job = live.tabs(idearc, idea, progress)
of_job = progress[job.name]
there = idearc.snapshot(idea, progress)
with st.container(key="content"):
    if part := there.part(job):
        frame.result(Content(idea, part, partial(idearc.choose, job, idea.id)))
    elif of_job.can_retry:
        states.stuck(of_job)
        label = states.retry_label(of_job)
        button(label, f"retry-{idea.key}-{label}-{job.name}", partial(retry, job.name))
        live.so_far(job, of_job.preview, is_over=not of_job.is_live)

printed(there)
if not is_done(progress):
    news.tick(idearc, idea, progress, job.name)
