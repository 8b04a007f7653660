"""What changes while jobs work: the tabs, and what has been written under the one that is open."""

from collections.abc import MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module

import streamlit as st

from idearc.core import Idearc
from idearc.errors import IdearcError
from idearc.jobs import JOBS, Job
from idearc.models import Idea
from idearc.preview import Preview
from idearc.progress import Progress, State
from idearc.views import news, states
from idearc.views.session import LIVE
from idearc.views.written import written


@dataclass
class _Drawn:
    """On the page by now."""

    job_name: str = ""  # that is open; none before it is drawn


def tabs(
    idearc: Idearc, idea: Idea, shown: MutableMapping[str, Progress], *, is_read_only: bool = False
) -> Job:
    """The tabs, to choose from, and how far the open one is; the job that it is of.

    This part of the page runs alone for each entry that is written, and keeps what is `shown` true;
    for all other news it has the whole page run.
    """
    return JOBS[_live(idearc, idea, shown, _Drawn(), is_read_only)]


@st.fragment(key=LIVE)
def _live(
    idearc: Idearc,
    idea: Idea,
    shown: MutableMapping[str, Progress],
    drawn: _Drawn,
    is_read_only: bool,
) -> str:
    if drawn.job_name:
        with suppress(IdearcError):  # the next tick looks again
            there = news.progress(idearc, idea, shown)
            if news.is_news(there, shown):
                st.rerun()
            shown.update(there)
    job_name = states.tabs(shown)
    if drawn.job_name not in {"", job_name}:
        st.rerun()
    if not is_read_only and shown[job_name].state == State.WORKING:
        states.working(idearc, JOBS[job_name], shown[job_name])
        so_far(JOBS[job_name], shown[job_name].preview)
    if drawn.job_name:
        news.watch(idearc, idea, shown, job_name)
    drawn.job_name = job_name
    return job_name


def so_far(job: Job, preview: Preview, *, is_over: bool = False) -> None:
    """What a run has written; in as many columns as the findings will have."""
    columns = getattr(import_module(f"idearc.views.{job.name}"), "COLUMNS", 1)
    written(preview, f"written-{job.name}", columns=columns, is_over=is_over)
