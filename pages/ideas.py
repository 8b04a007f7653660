"""The ideas so far, the newest first."""

import streamlit as st

from idearc import views
from idearc.jobs import JOBS
from idearc.markdown import plain

idearc = views.get_idearc()

st.title("Ideas", anchor=False)
pages = idearc.count_pages()
page = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
ideas = idearc.ideas(page)
if not ideas:
    st.markdown("None yet.")
    st.page_link("pages/new_idea.py", label="Write down the first one", icon=":material/add:")

progress = idearc.progress(ideas)
for idea in ideas:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.page_link(
            "pages/workspace.py",
            label=f"**{plain(idea.name)}**",
            query_params={"idea": idea.id},
            width="stretch",
        )
        badges = " ".join(
            views.state_badge(job, progress[idea.id][job.name]) for job in JOBS.values()
        )
        st.markdown(f":small[{views.when(idea.created_at)}] {badges}")
