"""Two versions of an idea side by side: what is new, kept and gone."""

import streamlit as st

from idearc.application import get_idearc
from idearc.markdown import plain
from idearc.views import versions
from idearc.views.parts import short

idearc = get_idearc()
idea = idearc.idea(st.query_params.get("idea", ""))

st.set_page_config(page_title=f"{idea.name} · Idearc")
st.title(f"{plain(short(idea.name))}: what has changed", anchor=False)
all_versions = idearc.versions(idea)
if len(all_versions) == 1:
    st.info("There is no other version to compare it with.", icon=":material/info:")
before, after = versions.choose_two(idea, all_versions)
versions.differences(idearc, before, after)
st.caption(
    "Names count as the same in any spelling: capitals, accents, spaces and punctuation, a legal "
    "form such as Inc. or GmbH, the end of an address such as .com."
)
