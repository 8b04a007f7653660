"""How things are drawn: the only Streamlit in the package. A new job gets its view here.

What visitors and models wrote is untrusted: it is shown by st.text or passes through `plain`.
"""

import functools
import runpy
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from idearc.bootstrap import build
from idearc.core import Idearc, Progress, State
from idearc.jobs import Job
from idearc.jobs.competitors import Competitor
from idearc.jobs.features import Feature
from idearc.markdown import host, link, plain, search_link
from idearc.models import Result, now
from idearc.providers import EMBEDDED
from idearc.settings import read_settings


def get_idearc() -> Idearc:
    """The application of this process. Every page calls it first."""
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
    return _build_once()


@st.cache_resource(show_spinner=False)
def _build_once() -> Idearc:
    """In Streamlit's cache it survives hot reload, and its live runs with it."""
    return build(read_settings())


def when(moment: datetime) -> str:
    """Date and time at the visitor's place; in UTC when the browser gives no place we know."""
    try:
        local = moment.astimezone(ZoneInfo(st.context.timezone or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        local = moment.astimezone(UTC)
    return f"{local.day} {local:%b %Y, %H:%M}"


def duration(elapsed: timedelta) -> str:
    minutes, seconds = divmod(max(0, round(elapsed.total_seconds())), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def unfinished(job: Job, progress: Progress) -> None:
    """What is to be said of a job that is not done."""
    elapsed = duration(now() - progress.since) if progress.since else ""
    match progress.state:
        case State.WORKING:
            st.status(f"{progress.note or job.doing} · {elapsed}")
            st.skeleton(height=160)
        case State.OVERDUE:
            doing = f"{progress.note}. " if progress.note else ""
            st.warning(
                f"This is taking longer than usual: {elapsed} so far. {doing}"
                "Try again to wait for another round.",
                icon=":material/hourglass_top:",
            )
        case State.INTERRUPTED:
            st.warning(
                "This was interrupted: the server was restarted before there was a result.",
                icon=":material/power_off:",
            )
        case State.FAILED:
            st.error(plain(progress.note), icon=":material/error:")


STATE_BADGES = {
    State.DONE: "green",
    State.WORKING: "blue",
    State.FAILED: "red",
    State.INTERRUPTED: "orange",
    State.OVERDUE: "orange",
}


def state_badge(job: Job, progress: Progress) -> str:
    return f":{STATE_BADGES[progress.state]}-badge[{job.label}: {progress.state}]"


def competitors(result: Result, findings: Sequence[Competitor]) -> None:
    for competitor in findings:
        # An address that was not looked up may be invented: a search finds the real one.
        url = competitor.url if result.is_researched else ""
        search = competitor.search or competitor.name
        heading = link(competitor.name, url) if url else search_link(competitor.name, search)
        with st.container(border=True):
            st.markdown(f"#### {heading}", anchors=False)
            price = f" · {plain(competitor.pricing)}" if competitor.pricing else ""
            st.markdown(f":gray-badge[{plain(competitor.kind)}]{price}")
            st.text(competitor.what)
            _two_lists("Strengths", competitor.strengths, "Weaknesses", competitor.weaknesses)
            if competitor.search:
                st.markdown(f":material/search: {search_link(competitor.search, search)}")
            if result.is_researched and competitor.sources:
                sources = " · ".join(link(host(url), url) for url in competitor.sources)
                st.caption(f"Sources: {sources}")


def features(_result: Result, findings: Sequence[Feature]) -> None:
    for priority, title in {
        "must": "Must have",
        "should": "Should have",
        "could": "Could have",
    }.items():
        of_this_priority = [feature for feature in findings if feature.priority == priority]
        if of_this_priority:
            st.markdown(f"#### {title}", anchors=False)
        for feature in of_this_priority:
            with st.container(border=True):
                st.markdown(f"**{plain(feature.name)}** :gray-badge[Effort {feature.effort}]")
                st.text(feature.what)
                st.caption(plain(feature.why))


VIEWS: dict[str, Callable[[Result, Sequence[Any]], None]] = {
    "competitors": competitors,
    "features": features,
}


def findings(job: Job, result: Result, findings: Sequence[Any]) -> None:
    """A job's result: its findings by the job's own view, then where they come from."""
    if job.web_question and not result.is_researched:
        is_small = result.provider == EMBEDDED
        st.caption(_KINDS if is_small else "From the model's memory, not checked on the web.")
    if findings:
        VIEWS[job.name](result, findings)
    else:
        st.info("The model found none.", icon=":material/search_off:")
    origin = (
        f"{result.model} · {result.provider} · {when(result.created_at)} · {result.seconds:.0f} s"
    )
    st.caption(plain(origin))
    if result.searched:
        st.caption(plain(f"Searched the web for: {'; '.join(result.searched)}"))


_KINDS = "Kinds of alternatives, from a small local model. Follow a search to find today's names."


def which_model(find_servers: Callable[[], Mapping[str, str]]) -> None:
    """That the small model answers, and how to connect a better one: nothing does it by itself."""
    with st.container(horizontal=True, vertical_alignment="center"):
        servers = " ".join(
            f"{name} answers here: set `OPENAI_BASE_URL={url}` to use it."
            for name, url in _answering(find_servers).items()
        )
        st.caption(
            "A small model on this machine answers. For researched competitors, connect OpenAI or "
            f"Ollama. {servers}",
            width="stretch",
        )
        with st.popover("How to connect", type="tertiary"):
            st.markdown(_readme_section("Choose a model"))


@st.cache_data(ttl=30, show_spinner=False)
def _answering(_find_servers: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
    return _find_servers()


@functools.cache
def _readme_section(title: str) -> str:
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    return readme.partition(f"## {title}\n")[2].partition("\n## ")[0]


def _two_lists(first: str, items: Sequence[str], second: str, others: Sequence[str]) -> None:
    for column, title, lines in zip(st.columns(2), (first, second), (items, others), strict=True):
        if lines:
            column.markdown(f"**{title}**\n" + "".join(f"\n- {plain(line)}" for line in lines))
