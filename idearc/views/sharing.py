"""How an idea is shared: by a link that its owner makes, and revokes."""

import streamlit as st

from idearc.core import Idearc
from idearc.models import Idea
from idearc.views.button import button
from idearc.views.parts import problem_told


def share_button(idearc: Idearc, idea: Idea) -> None:
    """Opens to the link, or to a way to make one."""
    key = f"share-{idea.key}"
    popover = st.popover("Share", icon=":material/share:", key=key, on_change="rerun")
    if not popover.open:
        return

    def share() -> None:
        with problem_told():
            idearc.begin_to_share(idea.id)

    def revoke() -> None:
        with problem_told():
            idearc.end_to_share(idea.id)

    with popover:
        if shared := idearc.share(idea.id):
            st.markdown("Who has this link can read this idea and what was found, no more:")
            st.html("<style>.st-key-share-link code { padding-right: 3em }</style>")  # the button's
            with st.container(key="share-link"):
                st.code(f"{_address()}/shared?link={shared.id}", language=None, wrap_lines=True)
            button("Revoke", f"revoke-{idea.key}", revoke)
        else:
            st.markdown("With a link, others can read this idea and what was found.")
            button("Make a link", f"make-link-{idea.key}", share)


def _address() -> str:
    """Of this Idearc, as the visitor's browser has it."""
    return (st.context.url or "").rstrip("/").removesuffix("/workspace")
