"""How an open workspace hears that there is more to see: by its ticks for sure, else at once."""

import copy
import time
from collections.abc import Mapping
from datetime import timedelta

import streamlit as st
from streamlit_autorefresh import st_autorefresh

from idearc.core import Idearc
from idearc.errors import IdearcError
from idearc.models import Idea, now
from idearc.progress import Progress, State
from idearc.views import frame
from idearc.views.session import this_session

# Drawing waits so long before it adds the timer: its iframe loads scripts, and Chromium would run
# them before it paints the tabs.
_SECONDS_FOR_TABS = 0.1
_TICK = "tick-"


def progress(idearc: Idearc, idea: Idea) -> Mapping[str, Progress]:
    """How far the jobs are for one who has waited for as many ticks as this page."""
    is_last = _ticks(idea) >= idearc.max_ticks
    there = idearc.progress([idea], ticks_used_up=is_last)[idea.id]
    if _began_late(idearc, there):  # tried again in another tab
        begin_new_round()
        st.rerun()
    return there


def begin_new_round() -> None:
    """Of ticks; with a new key, as past its limit a timer is dead."""
    st.session_state.waiting_round += 1


def watch(idearc: Idearc, idea: Idea, shown: Mapping[str, Progress]) -> None:
    """Has this page run again as soon as there is more to see. After something has been drawn.

    A run that the visitor has left ends when it draws, and only then: it would watch what nobody
    looks at any more.
    """
    if viewer := this_session():
        idearc.watch(viewer, idea, shown)


def stop_watching(idearc: Idearc) -> None:
    """Before the page is left for another: news that came meanwhile would bring it back."""
    if viewer := this_session():
        idearc.forget(viewer)


def tick(idearc: Idearc, idea: Idea, shown: Mapping[str, Progress]) -> None:
    """Has this page look for more every few seconds, as often as a round has ticks.

    A tick runs alone, and the page only where there is more to be seen.
    """
    chosen = copy.deepcopy(_chosen())  # some of it changes in place
    _tick_alone(idearc, idea, shown, _ticks(idea), chosen)


@st.fragment
def _tick_alone(
    idearc: Idearc,
    idea: Idea,
    shown: Mapping[str, Progress],
    ticks_then: int,
    chosen_then: Mapping[str, object],
) -> None:
    ticks = _ticks(idea)
    if ticks != ticks_then and (
        has_news(idearc, idea, shown, ticks)
        # Streamlit 1.67 sends a click and a tick of the same moment as one message, of the tick.
        or not _chosen().items() <= chosen_then.items()  # what is gone, no click has taken away
    ):
        st.rerun()
    if ticks == 1:
        frame.preload_content()
    if _key(idea) not in st.session_state:
        time.sleep(_SECONDS_FOR_TABS)
    st_autorefresh(
        interval=round(idearc.tick_seconds * 1000),
        limit=idearc.max_ticks + 1,  # it fires while the count is below its limit
        debounce=False,  # or clicks would put the next tick off
        key=_key(idea),
    )
    watch(idearc, idea, shown)  # again: who was not connected for a while is forgotten


@st.fragment(run_every=timedelta(days=1))
def run_when_connected_again() -> None:
    """Has a browser whose connection comes back ask for this page, done or not.

    It comes first on the page, as the server may be gone before the page's end. After a reconnect,
    Streamlit's browser asks for the whole page only if the page has a timed fragment. Without that,
    a restarted server would silently ignore ticks and clicks, because it has not run the page yet.
    """


def has_news(idearc: Idearc, idea: Idea, shown: Mapping[str, Progress], ticks: int) -> bool:
    """Whether there is more to see than shown.

    Where the database does not tell, the next tick looks again; after the last one, the page says
    why it can't.
    """
    is_last = ticks >= idearc.max_ticks
    try:
        there = idearc.progress([idea], ticks_used_up=is_last)[idea.id]
    except IdearcError:
        return is_last
    return any(_to_be_seen(there[name]) != _to_be_seen(one) for name, one in shown.items())


def _to_be_seen(progress: Progress) -> tuple[object, ...]:
    return progress.state, progress.since, progress.note


def _began_late(idearc: Idearc, progress: Mapping[str, Progress]) -> bool:
    """Whether one that is said to take longer has not been at it for a whole round."""
    whole = timedelta(seconds=idearc.max_ticks * idearc.tick_seconds)
    return any(
        of_job.state == State.OVERDUE
        and of_job.since
        and timedelta() <= now() - of_job.since < whole  # else the clock was set back
        for of_job in progress.values()
    )


def _chosen() -> Mapping[str, object]:
    """All that the session holds but the ticks: what was clicked, ticked and typed, too."""
    there = st.session_state.to_dict()
    return {str(key): value for key, value in there.items() if not str(key).startswith(_TICK)}


def _key(idea: Idea) -> str:
    return f"{_TICK}{idea.key}-{st.session_state.setdefault('waiting_round', 0)}"


def _ticks(idea: Idea) -> int:
    """The count lives in the browser and is here before the timer is drawn."""
    return st.session_state.get(_key(idea)) or 0
