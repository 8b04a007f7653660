"""The ideas so far, the newest first."""

import math

import streamlit as st

from idearc.application import get_idearc
from idearc.core import IDEAS_PER_PAGE
from idearc.form import SEARCH_MAX
from idearc.markdown import plain
from idearc.views import importing, parts, states, versions

idearc = get_idearc()
idearc.check_list()

with st.container(horizontal=True, vertical_alignment="center"):
    st.title("Ideas", anchor=False)
    importing.import_button(idearc)
search = st.text_input(
    "Search",
    max_chars=SEARCH_MAX,
    on_change=lambda: st.session_state.update(page=1),
    placeholder="Words of a name or a text",
    icon=":material/search:",
    key="search",
    bind="query-params",
).strip()
ideas = idearc.ideas(1, search)
if len(ideas) == IDEAS_PER_PAGE:  # else it is the only page: no need to count all
    pages = math.ceil(idearc.count_ideas(search) / IDEAS_PER_PAGE)
    page = st.pagination(pages, key="page", bind="query-params")
    ideas = ideas if page == 1 else idearc.ideas(page, search)
if not ideas and search:
    st.markdown(f"No idea holds “{plain(search)}”. Search for fewer words, or parts of them.")
elif not ideas:
    st.markdown("None yet.")
    st.page_link("pages/new_idea.py", label="Write down the first one", icon=":material/add:")

progress = idearc.progress(ideas)
last_versions = idearc.last_versions(ideas)
with st.container(key="ideas"):
    st.html("<style>.st-key-ideas a > span { flex: 1 }</style>")
    for idea in ideas:
        with st.container(border=True, gap=None):
            st.page_link(
                "pages/workspace.py",
                label=plain(idea.name),
                query_params={"idea": idea.id},
                width="stretch",
            )
            with st.container(horizontal=True, wrap=False, gap=None):
                st.space(8)  # as links have it
                facts = [
                    states.summary(progress[idea.id]),
                    versions.origin(idea, last_versions.get(idea.line_id, idea.version)),
                    parts.when(idea.created_at),
                ]
                st.markdown(
                    f":small[{' · '.join(filter(None, facts))}]",
                    width="stretch",
                )
