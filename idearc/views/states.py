"""How it is said how far the jobs of an idea are."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from idearc.core import Idearc
from idearc.errors import IdearcError
from idearc.jobs import JOBS, Job
from idearc.markdown import plain
from idearc.models import Idea, new_id, now
from idearc.progress import Progress, State
from idearc.views import browser
from idearc.views.parts import duration

STATE_COLORS = {
    State.WORKING: "blue",
    State.FAILED: "red",
    State.INTERRUPTED: "orange",
    State.OVERDUE: "orange",
    State.UNKNOWN: "orange",
}


def tab_label(job: Job, progress: Progress) -> str:
    """The job's name with its state, so that one sees of each how far it is."""
    state = str(progress.count or "none") if progress.state == State.DONE else progress.state
    if progress.so_far and progress.state == State.WORKING:
        state = f"{progress.so_far} so far"
    return f"{job.label} · {state}"


def title(idea: Idea, progress: Mapping[str, Progress]) -> str:
    """Of the document, for whoever looks at another tab of the browser."""
    found = [of_job.state for of_job in progress.values()]
    ready = found.count(State.DONE)
    others = sorted({state for state in found if state != State.DONE})
    if ready:
        problems = [f", {state}" for state in others if state != State.WORKING]
        says = f"{ready} of {len(found)} ready{''.join(problems)}"
    else:
        says = ", ".join(others).capitalize()
    return f"{says} · {idea.name}"


def tabs(progress: Mapping[str, Progress]) -> str:
    """The names of the jobs with their states, to choose from; the name of the one that is open."""
    visit = st.session_state.setdefault("visit", new_id())
    run = get_script_run_ctx()
    if run and run.is_history_navigation:
        # A step back or forward opens the tab of the address. Else the tabs know better: the
        # address that comes with a tick may be older than a click.
        visit = st.session_state.visit = new_id()
    in_address = st.query_params.get("tab")
    return browser.tabs(
        {name: tab_label(JOBS[name], of_job) for name, of_job in progress.items()},
        first=in_address if in_address in JOBS else next(iter(JOBS)),
        visit=visit,
        key="tabs",
        on_click=lambda name: st.query_params.update(tab=name),
    )


def summary(progress: Mapping[str, Progress]) -> str:
    """What is there, and the state of what is not done."""
    counts = [
        _counted(JOBS[name], of_job.count)
        for name, of_job in progress.items()
        if of_job.state == State.DONE
    ]
    badges = [
        f":{STATE_COLORS[of_job.state]}-badge[{JOBS[name].label}: {of_job.state}]"
        for name, of_job in progress.items()
        if of_job.state != State.DONE
    ]
    return " ".join(filter(None, [", ".join(counts), *badges]))


def _counted(job: Job, count: int) -> str:
    """As in "8 competitors"; the labels of jobs are plurals."""
    label = job.label.lower()
    return f"{count or 'no'} {label.removesuffix('s') if count == 1 else label}"


def working(idearc: Idearc, job: Job, progress: Progress) -> None:
    """That a job works, on what, and since when."""
    usual = ""
    if not progress.note:  # how long it usually takes says nothing of what it waits for
        with suppress(IdearcError):  # the run goes on while the database can't be read
            usual = _usual(idearc, job.name)
    doing = progress.note or job.doing
    browser.working(doing, _elapsed(progress), usual, key=f"working-{job.name}")
    if not progress.preview:
        st.skeleton(height=160)


def _elapsed(progress: Progress) -> timedelta:
    return now() - progress.since if progress.since else timedelta()


def stuck(progress: Progress) -> None:
    """Why a job is neither done nor at work."""
    said = plain(progress.note)
    match progress.state:
        case State.OVERDUE:
            doing = f"{said}. " if said else ""
            st.warning(
                f"This is taking longer than usual: {duration(_elapsed(progress))} so far. {doing}"
                f"{retry_label(progress)} to wait for another round.",
                icon=":material/hourglass_top:",
            )
        case State.INTERRUPTED:
            st.warning(
                "This was interrupted: the server was restarted before there was a result.",
                icon=":material/power_off:",
            )
        case State.UNKNOWN:
            st.warning(said, icon=":material/cloud_off:")
        case State.FAILED:
            st.error(said, icon=":material/error:")


def retry_label(progress: Progress) -> str:
    """What is live is not started again."""
    return "Check again" if progress.is_live else "Try again"


@st.cache_data(ttl=60, show_spinner=False)
def _usual(_idearc: Idearc, job_name: str) -> str:
    seconds = _idearc.usual_seconds(job_name)
    if seconds is None:
        return ""
    rounded = round(seconds) if seconds < 10 else 5 * round(seconds / 5)
    return f"usually about {duration(timedelta(seconds=max(1, rounded)))}"
