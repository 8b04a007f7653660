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
from idearc.views import browser, frame
from idearc.views.button import answer, button
from idearc.views.session import this_session

# Drawing waits so long before it adds the timer and what shows results: both load scripts, and
# Chromium would run them before it paints the tabs.
_SECONDS_FOR_TABS = 0.3
_TICK = "tick-"
_CAME, _SILENT = f"{_TICK}came", f"{_TICK}silent"  # whether one did; whether none did for long
_SECONDS_FOR_THE_FIRST = 10  # or three ticks, if those take longer


def progress(
    idearc: Idearc, idea: Idea, shown: Mapping[str, Progress] | None = None
) -> dict[str, Progress]:
    """How far the jobs are for one who has waited for as many ticks as this page."""
    is_last = _ticks(idea) >= idearc.max_ticks
    known = {idea.id: shown} if shown else None
    there = idearc.progress([idea], ticks_used_up=is_last, shown=known)[idea.id]
    if _began_late(idearc, there):  # tried again in another tab
        begin_new_round()
        st.rerun()
    return there


def begin_new_round() -> None:
    """Of ticks; with a new key, as past its limit a timer is dead."""
    st.session_state.waiting_round += 1


def watch(idearc: Idearc, idea: Idea, shown: Mapping[str, Progress], open_tab: str = "") -> None:
    """Has this page run again as soon as there is more to see. After something has been drawn.

    A run that the visitor has left ends when it draws, and only then: it would watch what nobody
    looks at any more.
    """
    if viewer := this_session():
        idearc.watch(viewer, idea, shown, open_tab=open_tab)


def stop_watching(idearc: Idearc) -> None:
    """Before the page is left for another: news that came meanwhile would bring it back."""
    if viewer := this_session():
        idearc.forget(viewer)


def tick(idearc: Idearc, idea: Idea, shown: Mapping[str, Progress], open_tab: str = "") -> None:
    """Has this page look for more every few seconds, as often as a round has ticks.

    A tick runs alone, and the page only where there is more to be seen.
    """
    chosen = copy.deepcopy(_chosen())  # some of it changes in place
    _tick_alone(idearc, idea, shown, _ticks(idea), chosen, open_tab)


@st.fragment
def _tick_alone(
    idearc: Idearc,
    idea: Idea,
    shown: Mapping[str, Progress],
    ticks_then: int,
    chosen_then: Mapping[str, object],
    open_tab: str,
) -> None:
    ticks = _ticks(idea)
    there = shown if ticks == ticks_then else look(idearc, idea, shown, ticks)
    if is_news(there, shown) or (
        ticks != ticks_then
        # Streamlit 1.67 sends a click and a tick of the same moment as one message, of the tick.
        and not _chosen().items() <= chosen_then.items()  # what is gone, no click has taken away
    ):
        st.rerun()
    is_first = _key(idea) not in st.session_state
    if is_first:
        time.sleep(_SECONDS_FOR_TABS)
    with st.container(key="timer"):
        st_autorefresh(
            interval=round(idearc.tick_seconds * 1000),
            limit=idearc.max_ticks + 1,  # it fires while the count is below its limit
            debounce=False,  # or clicks would put the next tick off
            key=_key(idea),
        )
    if ticks:
        st.session_state[_CAME] = True
    if _CAME not in st.session_state:
        _look_after_timer(idearc)
    if is_first and not any(progress.result for progress in shown.values()):
        frame.preload_content()
    # Again: who was not connected for a while is forgotten.
    watch(idearc, idea, shown, open_tab)
    has_more = any(_changing(there[name]) != _changing(shown[name]) for name in shown)
    if open_tab and has_more and (viewer := this_session()):
        viewer.show_more()


def _look_after_timer(idearc: Idearc) -> None:
    """Says once that no tick comes: the timer lives in a frame, which a proxy may refuse."""
    if _SILENT not in st.session_state:
        patience = max(_SECONDS_FOR_THE_FIRST, 3 * idearc.tick_seconds)
        silent = {_SILENT: True}
        browser.tell_silence(patience, f"{_TICK}alarm", lambda: st.session_state.update(silent))
        return
    st.info(
        "This page can't look for results by itself: its timer, a frame of this very site, is not "
        "let in. Results still come as soon as the server tells of them. Who runs it finds the "
        "header to change in OPERATING.md.",
        icon=":material/timer_off:",
    )
    check_again = f"{_TICK}check-again"
    if button("Check again", check_again):
        answer(check_again)
        st.rerun()


@st.fragment(run_every=timedelta(days=1))
def run_when_connected_again() -> None:
    """Has a browser whose connection comes back ask for this page, done or not.

    It comes first on the page, as the server may be gone before the page's end. After a reconnect,
    Streamlit's browser asks for the whole page only if the page has a timed fragment. Without that,
    a restarted server would silently ignore ticks and clicks, because it has not run the page yet.
    """


def look(
    idearc: Idearc, idea: Idea, shown: Mapping[str, Progress], ticks: int
) -> Mapping[str, Progress]:
    """What there is to see; nothing new where the database does not tell.

    The next tick looks again; after the last one there is nothing, so that the page says why.
    """
    is_last = ticks >= idearc.max_ticks
    try:
        return idearc.progress([idea], ticks_used_up=is_last)[idea.id]
    except IdearcError:
        return {} if is_last else shown


def is_news(there: Mapping[str, Progress], shown: Mapping[str, Progress]) -> bool:
    """Whether there is something else to see, and not only more of the same."""
    return {name: _lasting(one) for name, one in there.items()} != {
        name: _lasting(one) for name, one in shown.items()
    }


def _lasting(progress: Progress) -> tuple[object, ...]:
    is_at_work = progress.state == State.WORKING
    return progress.state, progress.since, None if is_at_work else _changing(progress)


def _changing(progress: Progress) -> tuple[object, ...]:
    return progress.note, progress.preview


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
