"""The visitor's session, for whom its page can be run again from outside of it.

Streamlit documents no way to do that: what is taken from inside it stands here alone, and where it
is gone, pages look for news by their ticks only. streamlit-server-state has shown that it can be
done (https://github.com/whitphx/streamlit-server-state).
"""

import functools
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

if TYPE_CHECKING:
    from streamlit.runtime.app_session import AppSession

log = logging.getLogger(__name__)

LIVE = "live"  # the key of the fragment that changes while jobs work

_INSIDE = ("_client_state", "_event_loop", "_fragment_storage", "_scriptrunner", "request_rerun")
_SECONDS_WHILE_IT_RUNS = 0.02


@dataclass(frozen=True)
class Session:
    """One tab of a browser."""

    id: str

    def is_here(self) -> bool:
        return self._inside() is not None

    def show_anew(self) -> None:
        """Has its page run again, whichever it is by then. Returns at once, from any thread."""
        self._call_soon(self._when_nothing_runs, _run_again)

    def show_more(self) -> None:
        """The same for the fragment LIVE of its page alone, or for all of it if there is none."""
        self._call_soon(self._when_nothing_runs, _run_live)

    def keep(self, page: "Page") -> None:
        """Has the page shown again if a tick of the one before takes its place."""
        self._call_soon(self._keep, page)

    def _inside(self) -> "AppSession | None":
        return Runtime.instance().get_app_session(self.id) if Runtime.exists() else None

    def _call_soon(self, act: Callable[..., None], argument: object) -> None:
        if inside := self._inside():
            with suppress(RuntimeError):  # the server is being stopped
                inside._event_loop.call_soon_threadsafe(act, argument)

    def _when_nothing_runs(self, act: Callable[["AppSession"], None]) -> None:
        """A click may have begun what runs: it must not be cut short."""
        inside = self._inside()
        if inside is None:
            return
        if inside._scriptrunner is not None:
            inside._event_loop.call_later(_SECONDS_WHILE_IT_RUNS, self._when_nothing_runs, act)
        else:
            act(inside)

    def _keep(self, page: "Page") -> None:
        if inside := self._inside():
            is_awaited = inside in _pages
            _pages[inside] = page
            if not is_awaited:
                self._when_nothing_runs(_show_kept)


def _run_again(inside: "AppSession") -> None:
    inside.request_rerun(inside._client_state)  # its address; what is chosen stays


def _run_live(inside: "AppSession") -> None:
    try:
        (fragment_id,) = inside._fragment_storage.resolve_target(LIVE)
    except StreamlitAPIException:  # there is none
        _run_again(inside)
        return
    state = ClientState()
    state.CopyFrom(inside._client_state)
    state.fragment_id = fragment_id
    inside.request_rerun(state)


@dataclass(frozen=True)
class Page:
    """As Streamlit names it, and its address."""

    hash: str
    query_string: str


# Of each session that runs, the page whose run began last.
_pages: "WeakKeyDictionary[AppSession, Page]" = WeakKeyDictionary()


def _show_kept(inside: "AppSession") -> None:
    page, shown = _pages.pop(inside), inside._client_state
    if shown.page_script_hash != page.hash:
        shown.page_script_hash, shown.query_string = page.hash, page.query_string
        inside.request_rerun(shown)


def keep_this_page() -> None:
    """Has the page that runs shown again where a tick would put an empty one in its place.

    Streamlit 1.67 carries out a tick that comes while another page makes its first run after that
    run, as a run of the page before, of which nothing is left: the browser shows an empty page.
    """
    run, session = get_script_run_ctx(), this_session()
    if run and session:
        session.keep(Page(run.page_script_hash, run.query_string))


def leave_for(idea_id: str) -> None:
    """For the workspace of an idea that has just been submitted."""
    st.session_state.left_for = idea_id
    st.switch_page("pages/workspace.py", query_params={"idea": idea_id})


def leave_again() -> None:
    """Where the form is shown again although it was left, and not by a step back.

    A second click runs the form again, while the browser shows the workspace already: a message of
    that which comes in between takes the place of the click, and Streamlit 1.67 runs it here.
    """
    left_for, run = st.session_state.pop("left_for", None), get_script_run_ctx()
    is_step_back = run is not None and run.is_history_navigation
    if left_for and st.query_params.get("idea") == left_for and not is_step_back:
        leave_for(left_for)


def this_session() -> Session | None:
    """The one that this page is run for; None where it could not be run again."""
    run = get_script_run_ctx()
    if run is None:
        return None
    session = Session(run.session_id)
    try:
        inside = session._inside()
        for name in _INSIDE if inside else ():
            getattr(inside, name)
    except AttributeError as error:
        _say_once(error.name)
        return None
    return session if inside else None


@functools.cache
def _say_once(missing: str) -> None:
    log.warning(
        "This Streamlit has no %s: open pages look for results by their ticks only", missing
    )
