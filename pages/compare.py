"""Two versions of an idea side by side: what is new, kept and gone."""

import streamlit as st

from idearc.application import get_idearc
from idearc.markdown import plain
from idearc.progress import is_done
from idearc.text import short
from idearc.views import news, versions

idearc = get_idearc()
idea = idearc.idea(st.query_params.get("idea", ""))
news.run_when_connected_again()

st.set_page_config(page_title=f"{idea.name} · Idearc")
of_name = f"{plain(short(idea.name))}: what" if idea.given_name else "What"
st.title(f"{of_name} has changed", anchor=False)
all_versions = idearc.versions(idea)
if len(all_versions) == 1:
    st.info("There is no other version to compare it with.", icon=":material/info:")
    st.stop()
before, after = versions.choose_two(idea, all_versions)
progress = {one.id: news.progress(idearc, one) for one in (before, after)}
versions.differences(idearc, before, after, progress)
st.caption(
    "Names count as the same in any spelling: capitals, accents, spaces and punctuation, a legal "
    "form such as Inc. or GmbH, the end of an address such as .com."
)

for one in (before, after):
    if not is_done(progress[one.id]):
        news.watch(idearc, one, progress[one.id])
        news.tick(idearc, one, progress[one.id])
        break  # for the other one as soon as this one is done
