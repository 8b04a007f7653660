"""One idea with a tab for each job. Looks again every few seconds until all of them are done."""

import streamlit as st
from streamlit_autorefresh import st_autorefresh

from idearc import views
from idearc.core import State
from idearc.jobs import JOBS
from idearc.markdown import plain

idearc = views.get_idearc()
idea = idearc.idea(st.query_params.get("idea", ""))

# The count of ticks lives in the browser and is here before the timer is drawn. A new round
# needs a new key: past its limit a timer is dead.
waiting_round = st.session_state.setdefault("waiting_round", 0)
timer = f"tick-{idea.id}-{waiting_round}"
ticks = st.session_state.get(timer) or 0
progress = idearc.progress([idea], ticks_used_up=ticks >= idearc.max_ticks)[idea.id]


def retry(job_name: str) -> None:
    """A callback: a click that a tick overtakes would be lost in the page itself."""
    idearc.retry(job_name, idea.id)
    st.session_state.waiting_round += 1


st.set_page_config(page_title=f"{idea.name} · Idearc")
st.title(plain(idea.name), anchor=False)
st.caption(views.when(idea.created_at))
with st.container(height=200 if len(idea.text) > 800 else "content", border=False):
    st.text(idea.text)

tabs = st.tabs([job.label for job in JOBS.values()], key="tab", bind="query-params")
for tab, job in zip(tabs, JOBS.values(), strict=True):
    with tab:
        of_job = progress[job.name]
        if of_job.result:
            views.findings(job, of_job.result, idearc.findings(job, idea.id))
        else:
            views.unfinished(job, of_job)
        if of_job.can_retry:
            st.button("Try again", key=f"retry-{job.name}", on_click=retry, args=(job.name,))

if any(of_job.state != State.DONE for of_job in progress.values()):
    st_autorefresh(
        interval=round(idearc.tick_seconds * 1000),
        limit=idearc.max_ticks + 1,  # it fires while the count is below its limit
        debounce=False,  # or clicks would put the next tick off
        key=timer,
    )
