"""An example to try: a finished workspace, made up, of which nothing is kept."""

from dataclasses import replace
from functools import partial

import streamlit as st

from idearc.application import get_idearc
from idearc.example import example
from idearc.jobs import JOBS
from idearc.progress import Progress, State
from idearc.snapshot import Snapshot
from idearc.views import Content, frame, states
from idearc.views.button import row
from idearc.views.downloads import export_button
from idearc.views.printing import printed

get_idearc()  # who may not come in sees no example either
idea, parts = example().idea, example().parts
# For each job what was ticked in this visit, by the position of the finding.
ticked: dict[str, dict[int, bool]] = st.session_state.setdefault("ticked_in_example", {})


def choose(job_name: str, position: int, is_chosen: bool) -> None:
    ticked.setdefault(job_name, {})[position] = is_chosen


def as_ticked() -> Snapshot:
    chosen = {part.job.name: {**part.choices, **ticked.get(part.job.name, {})} for part in parts}
    return Snapshot(idea, [replace(part, choices=chosen[part.job.name]) for part in parts])


progress = {part.job.name: Progress(State.DONE, part.result, len(part.findings)) for part in parts}
st.set_page_config(page_title=f"An example · {idea.name}")
with st.container(horizontal=True, vertical_alignment="center"):
    st.badge(
        "An example, all made up: nothing here is kept", icon=":material/visibility:", color="gray"
    )
    if st.button("Write down your own idea", type="primary", icon=":material/edit:"):
        st.switch_page("pages/new_idea.py")
frame.heading(idea, last_version=1)
with row():
    export_button(idea, progress, as_ticked)
there = as_ticked()
job = JOBS[states.tabs(progress)]
with st.container(key="content"):
    if part := there.part(job):
        frame.result(Content(idea, part, partial(choose, job.name)))
printed(there)
