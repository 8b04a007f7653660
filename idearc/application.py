"""How a page gets the application."""

import gc
import runpy
import threading
from contextlib import suppress
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from idearc.bootstrap import FIRST_PAGE_SECONDS, build, build_provider
from idearc.core import Idearc
from idearc.settings import Settings, read_settings
from idearc.views.entrance import this_visitor
from idearc.views.session import this_session


def get_idearc() -> Idearc:
    """The application of this process, for the visitor of this session. Every page calls it first.

    Raises IdearcError where it can't be used, or not by this visitor.
    """
    run = get_script_run_ctx()
    entry = run and str(Path(run.main_script_path).resolve())
    pages = run.pages_manager.get_pages().values() if run else ()
    if entry and any(page["script_path"] == entry for page in pages):
        # Until st.navigation has been called once in the process, Streamlit takes pages/ for a
        # multipage app of its old kind, with app.py for one more page, and runs a page alone: for
        # the first visitors since the start who come by a deep link, or with a page that was open
        # before. app.py calls it, and runs this page in its frame.
        runpy.run_path(entry)
        st.stop()
    visitor = this_visitor(lambda: _settings().allow_anonymous)
    idearc = _build_once().seen_by(visitor)
    if viewer := this_session():
        idearc.forget(viewer)
    return idearc


@st.cache_resource(show_spinner=False)
def _settings() -> Settings:
    """Read once, for all runs of all pages."""
    return read_settings()


@st.cache_resource(show_spinner=False)
def _build_once() -> Idearc:
    """In Streamlit's cache it survives hot reload, and its live runs with it."""
    settings = _settings()
    idearc = build(settings)
    early = threading.Timer(FIRST_PAGE_SECONDS, _import_early, [settings])
    early.daemon = True
    early.start()
    return idearc


def _import_early(settings: Settings) -> None:
    """While the first visitor writes: else the first run does it, at the cost of the next page."""
    if settings.runner == "threads":
        with suppress(Exception):  # a run that fails for it says why
            build_provider(settings)
    # Garbage is looked for with the interpreter's lock held: not in what is imported by now, and
    # stays, or every page stands still for more than a tenth of a second from time to time. Of the
    # first visitors' sessions, only what is in a cycle stays, too.
    gc.collect()
    gc.freeze()
