"""The visitor's session, for whom its page can be run again from outside of it.

Streamlit documents no way to do that: what is taken from inside it stands here alone, and where it
is gone, pages look for news by their ticks only. streamlit-server-state has shown that it can be
done (https://github.com/whitphx/streamlit-server-state).
"""

import functools
import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

if TYPE_CHECKING:
    from streamlit.runtime.app_session import AppSession

log = logging.getLogger(__name__)

_INSIDE = ("_client_state", "_event_loop", "_scriptrunner", "request_rerun")
_SECONDS_WHILE_IT_RUNS = 0.02


@dataclass(frozen=True)
class Session:
    """One tab of a browser."""

    id: str

    def is_here(self) -> bool:
        return self._inside() is not None

    def show_anew(self) -> None:
        """Has its page run again, whichever it is by then. Returns at once, from any thread."""
        if inside := self._inside():
            with suppress(RuntimeError):  # the server is being stopped
                inside._event_loop.call_soon_threadsafe(self._run_again)

    def _inside(self) -> "AppSession | None":
        return Runtime.instance().get_app_session(self.id) if Runtime.exists() else None

    def _run_again(self) -> None:
        inside = self._inside()
        if inside is None:
            return
        if inside._scriptrunner is not None:  # a click may have begun it: it must not be cut short
            inside._event_loop.call_later(_SECONDS_WHILE_IT_RUNS, self._run_again)
        else:
            inside.request_rerun(inside._client_state)  # its address; what is chosen stays


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
