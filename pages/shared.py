"""An idea that is shared by a link: to be read, by all who have the link."""

import streamlit as st

from idearc.application import get_idearc
from idearc.progress import is_done
from idearc.views import Content, frame, live, news, states
from idearc.views.downloads import printed

idearc = get_idearc()
idea = idearc.shared(st.query_params.get("link", ""))
news.run_when_connected_again()
progress = news.progress(idearc, idea)

st.set_page_config(page_title=states.title(idea, progress))
st.badge("Shared with you, to read", icon=":material/visibility:", color="gray")
frame.heading(idea, last_version=1)
news.watch(idearc, idea, progress)

job = live.tabs(idearc, idea, progress, is_read_only=True)
of_job = progress[job.name]
with st.container(key="content"):
    if of_job.result:
        findings = idearc.findings(job, idea.id)
        frame.result(Content(idearc, idea, job, of_job.result, findings, is_read_only=True))
    else:
        st.info(f"There is nothing to read yet: {of_job.state}.", icon=":material/hourglass_empty:")

printed(idearc, idea, progress)
if not is_done(progress):
    news.tick(idearc, idea, progress, job.name)
