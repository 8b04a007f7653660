"""An idea that is shared by a link: to be read, by all who have the link."""

import streamlit as st

from idearc.application import get_idearc
from idearc.progress import is_done
from idearc.views import Content, frame, live, news, states
from idearc.views.printing import printed

idearc = get_idearc()
idea = idearc.shared(st.query_params.get("link", ""))
news.run_when_connected_again()
progress = news.progress(idearc, idea)

st.set_page_config(page_title=states.title(idea, progress))
st.badge("Shared with you, to read", icon=":material/visibility:", color="gray")
frame.heading(idea, last_version=1)
news.watch(idearc, idea, progress)

job = live.tabs(idearc, idea, progress, is_read_only=True)
there = idearc.snapshot(idea, progress)
with st.container(key="content"):
    if part := there.part(job):
        frame.result(Content(idea, part))
    else:
        state = progress[job.name].state
        st.info(f"There is nothing to read yet: {state}.", icon=":material/hourglass_empty:")

printed(there)
if not is_done(progress):
    news.tick(idearc, idea, progress, job.name)
