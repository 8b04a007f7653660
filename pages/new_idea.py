"""The form. Submitting it leads to the idea's workspace at once, while the jobs run."""

import streamlit as st

from idearc.application import get_idearc
from idearc.form import KNOWN_MAX, NAME_MAX, TEXT_MAX, TEXT_MIN
from idearc.markdown import plain
from idearc.models import new_id
from idearc.views import frame, versions
from idearc.views.session import leave_again, leave_for

idearc = get_idearc()
parent = versions.parent(idearc)
of_parent = parent.id if parent else ""

if parent:
    versions.refining(parent)
else:
    st.title("What is your idea?", anchor=False)
    st.markdown(
        "Write it down, and find its competitors and its first features in a workspace of its own."
    )
    st.page_link("pages/example.py", label="See an example", icon=":material/visibility:")

with st.form("new_idea"):
    text = st.text_area(
        "Your idea",
        parent.text if parent else "",
        height=180,
        key=f"text-{of_parent}",
        placeholder=f"What does it do, and for whom? {TEXT_MIN} to {TEXT_MAX:,} characters.",
    )
    name = st.text_input(
        "Name (optional)",
        parent.given_name if parent else "",
        key=f"name-{of_parent}",
        placeholder=f"Up to {NAME_MAX} characters",
    )
    known = st.text_area(
        "Known competitors (optional)",
        "\n".join(parent.known) if parent else "",
        height=68,
        key=f"known-{of_parent}",
        placeholder=f"Up to {KNOWN_MAX} names, with commas or line breaks between them",
        # The small model names kinds of alternatives: none of them can be a known one.
        help="Left aside by the small model" if idearc.find_servers else None,
    )
    search_web = False
    if idearc.search_goes_to:
        with st.container(gap="xxsmall"):
            wanted = idearc.wanted_search(parent)
            search_web = st.checkbox("Search the web", wanted, key=f"search-{of_parent}")
            st.caption(f"Search phrases made from your idea go to {plain(idearc.search_goes_to)}.")
    submitted = st.form_submit_button("Submit idea", type="primary")

# A token for each view of the form: clicks that come in twice carry the same one.
if not submitted:
    leave_again()
    st.session_state.form_token = new_id()
    frame.preload_workspace()
    idearc.warm_up()
    if idearc.find_servers:
        frame.which_model(idearc.find_servers)
else:
    # No st.* call between the insert and the start of the jobs: Streamlit may end the run there.
    token = st.session_state.setdefault("form_token", new_id())
    leave_for(idearc.submit(name, text, token, known, parent, search_web))
