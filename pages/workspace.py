"""One idea with a tab for each job. Looks again every few seconds until all of them are done."""

import streamlit as st
from streamlit_autorefresh import st_autorefresh

from idearc.application import get_idearc
from idearc.core import State
from idearc.jobs import JOBS
from idearc.views import Content, frame, states

idearc = get_idearc()
idea = idearc.idea(st.query_params.get("idea", ""))

# The count of ticks lives in the browser and is here before the timer is drawn. A new round
# needs a new key: past its limit a timer is dead.
waiting_round = st.session_state.setdefault("waiting_round", 0)
timer = f"tick-{idea.id}-{waiting_round}"
ticks = st.session_state.get(timer) or 0
progress = idearc.progress([idea], ticks_used_up=ticks >= idearc.max_ticks)[idea.id]
if states.began_late(idearc, progress):  # tried again in another tab: it gets ticks of its own
    st.session_state.waiting_round += 1
    st.rerun()


def retry(job_name: str) -> None:
    idearc.retry(job_name, idea.id)
    st.session_state.waiting_round += 1


st.set_page_config(page_title=f"{idea.name} · Idearc")
frame.heading(idea)
states.watch(idearc, idea, progress)  # what comes is shown at once; the ticks are the safety net

job = JOBS[states.tabs(progress)]
of_job = progress[job.name]
with st.container(key="content"):
    if of_job.result:
        findings = idearc.findings(job, idea.id)
        frame.result(Content(idearc, idea, job, of_job.result, findings))
    else:
        states.unfinished(idearc, job, of_job)
    if of_job.can_retry:
        states.safe_button("Try again", f"retry-{job.name}", retry, job.name)


@st.fragment
def look_again() -> None:
    """At each tick this runs alone; the page only where there is more to be seen."""
    ticks_now = st.session_state.get(timer) or 0
    if ticks_now != ticks and states.has_news(idearc, idea, progress, ticks_now):
        st.rerun()
    if ticks_now == 1:
        frame.preload_content()
    st_autorefresh(
        interval=round(idearc.tick_seconds * 1000),
        limit=idearc.max_ticks + 1,  # it fires while the count is below its limit
        debounce=False,  # or clicks would put the next tick off
        key=timer,
    )
    states.watch(idearc, idea, progress)  # again: who was not connected for a while is forgotten


if any(of_job.state != State.DONE for of_job in progress.values()):
    look_again()
