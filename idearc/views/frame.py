"""The frame of every page: what is said of ideas, of jobs that work or failed, of results."""

import functools
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from idearc.core import Idearc, Progress, State
from idearc.errors import IdearcError
from idearc.form import NAME_SHORT
from idearc.jobs import JOBS, Job
from idearc.markdown import link, plain
from idearc.models import Idea, Result, now
from idearc.providers import EMBEDDED
from idearc.views import Content, browser
from idearc.views.parts import remark, short, whole
from idearc.views.session import this_session


def when(moment: datetime) -> str:
    """Date and time at the visitor's place; in UTC when the browser gives no place we know."""
    try:
        local = moment.astimezone(ZoneInfo(st.context.timezone or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        local = moment.astimezone(UTC)
    return f"{local.day} {local:%b %Y, %H:%M}"


def duration(elapsed: timedelta) -> str:
    minutes, seconds = divmod(max(0, round(elapsed.total_seconds())), 60)
    parts = [f"{minutes} min"] if minutes else []
    return " ".join([*parts, *([f"{seconds} s"] if seconds or not minutes else [])])


def preload_workspace() -> None:
    """Unseen, on the form, so that the browser has the scripts of a workspace by the click.

    Else the first one of a visit comes a third of a second later: React shows nothing of what it
    has to fetch a script for until 0.3 s after the placeholder, however fast the script comes.
    """
    with _unseen():
        browser.folded("", key="preload-text")


def preload_content() -> None:
    """Unseen, once while the jobs work: what shows their results, in browser and server alike."""
    with _unseen():
        st.dataframe([])
        st.vega_lite_chart({"data": {"values": []}, "mark": "rect"})


def _unseen() -> DeltaGenerator:
    st.html("<style>.st-key-unseen { display: none }</style>")
    return st.container(key="unseen")


def heading(idea: Idea) -> None:
    """Name and text; an idea without a name is called by its first words, which are said once."""
    st.title(plain(short(idea.name, NAME_SHORT)), anchor=False)
    text = idea.text if idea.after_name is None else idea.after_name and f"…{idea.after_name}"
    with st.container(width=760, gap="xsmall"):
        whole(idea.name, f"name-{idea.id}", NAME_SHORT)
        if text:
            browser.folded(text, key=f"text-{idea.id}")
        st.caption(when(idea.created_at))
        if idea.known:
            remark(f"You know: {', '.join(idea.known)}", key=f"known-{idea.id}")


def tab_label(job: Job, progress: Progress) -> str:
    """The job's name with its state, so that one sees of each how far it is."""
    state = str(progress.count or "none") if progress.state == State.DONE else progress.state
    return f"{job.label} · {state}"


def tabs(progress: Mapping[str, Progress]) -> str:
    """The names of the jobs with their states, to choose from; the name of the one that is open."""
    shown = st.session_state.setdefault("tabs_shown", 0)
    run = get_script_run_ctx()
    if run and run.is_history_navigation:
        # New ones, which begin with the address. Else they know better: the address that comes
        # with a tick may be older than a click.
        shown = st.session_state.tabs_shown = shown + 1
    key = f"tabs-{shown}"
    in_address = st.query_params.get("tab")
    chosen = browser.tabs(
        {name: tab_label(JOBS[name], of_job) for name, of_job in progress.items()},
        first=in_address if in_address in JOBS else next(iter(JOBS)),
        key=key,
        on_change=lambda: st.query_params.update(tab=st.session_state[key].open),
    )
    # What comes from a browser can be anything.
    return chosen if chosen in JOBS else next(iter(JOBS))


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


STATE_COLORS = {
    State.WORKING: "blue",
    State.FAILED: "red",
    State.INTERRUPTED: "orange",
    State.OVERDUE: "orange",
}


def unfinished(idearc: Idearc, job: Job, progress: Progress) -> None:
    """What is to be said of a job that is not done."""
    elapsed = now() - progress.since if progress.since else timedelta()
    match progress.state:
        case State.WORKING:
            # How long it usually takes says nothing of what it waits for.
            usual = "" if progress.note else _usual(idearc, job.name)
            browser.working(progress.note or job.doing, elapsed, usual, key=f"working-{job.name}")
            st.skeleton(height=160)
        case State.OVERDUE:
            doing = f"{progress.note}. " if progress.note else ""
            st.warning(
                f"This is taking longer than usual: {duration(elapsed)} so far. {doing}"
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


def watch(idearc: Idearc, idea: Idea, shown: Mapping[str, Progress]) -> None:
    """Has this page run again as soon as there is more to see. After something has been drawn.

    A run that the visitor has left ends when it draws, and only then: it would watch what nobody
    looks at any more.
    """
    if viewer := this_session():
        idearc.watch(viewer, idea, shown)


def has_news(idearc: Idearc, idea: Idea, shown: Mapping[str, Progress], ticks: int) -> bool:
    """Whether there is more to see than shown. Not known means no: the next tick looks again."""
    try:
        there = idearc.progress([idea], ticks_used_up=ticks >= idearc.max_ticks)[idea.id]
    except IdearcError:
        return False
    return any(_to_be_seen(there[name]) != _to_be_seen(one) for name, one in shown.items())


def _to_be_seen(progress: Progress) -> tuple[object, ...]:
    return progress.state, progress.since, progress.note


def safe_button(label: str, key: str, callback: Callable[[str], None], argument: str) -> None:
    """Looks like st.button; each click counts, and counts once.

    Streamlit 1.67 forgets a click of st.button when a tick comes before the run that the click
    begins has got to it. What is chosen is state: it comes along with the tick. But it comes along
    with one that was late, too, and then is taken for a change.
    """
    clicks = st.session_state.setdefault(key, 0)
    choice = f"{key}-{clicks}"

    def click() -> None:
        if st.session_state.get(choice) and st.session_state[key] == clicks:
            st.session_state[key] += 1
            callback(argument)

    st.segmented_control(
        label,
        [label],
        selection_mode="multi",  # else it would be announced as a radio button
        key=choice,
        on_change=click,
        label_visibility="collapsed",
    )


@st.cache_data(ttl=60, show_spinner=False)
def _usual(_idearc: Idearc, job_name: str) -> str:
    seconds = _idearc.usual_seconds(job_name)
    if seconds is None:
        return ""
    rounded = round(seconds) if seconds < 10 else 5 * round(seconds / 5)
    return f"usually about {duration(timedelta(seconds=max(1, rounded)))}"


def result(content: Content) -> None:
    """A job's result: its findings by the job's own view, then where they come from."""
    result = content.result
    if content.job.web_question and (content.findings or not result.is_researched):
        st.caption(_trust(result, bool(content.findings)))
    if content.findings:
        import_module(f"idearc.views.{content.job.name}").draw(content)
    else:
        searched = f" Searched for: {'; '.join(result.searched)}." if result.searched else ""
        st.info(plain(content.job.nothing + searched), icon=":material/search_off:")
        st.page_link("pages/new_idea.py", label="Write it down anew", icon=":material/add:")
    _foot(result, says_searched=bool(content.findings))


def _trust(result: Result, has_findings: bool) -> str:
    if result.is_researched:
        return (
            "From a search of the web. Seen in the search: it returned a page of that site, or the "
            "very page that the entry names as its source."
        )
    if result.provider == EMBEDDED:
        return "Kinds of alternatives, from a small local model. Follow a search for today's names."
    leads = ": a name leads to a search" if has_findings else ""
    return f"From the model's memory, not checked on the web{leads}."


def _foot(result: Result, says_searched: bool) -> None:
    tokens = result.input_tokens + result.output_tokens
    facts = [result.model, result.provider, when(result.created_at)]
    facts.append(duration(timedelta(seconds=result.seconds)))
    if tokens:  # some servers don't say
        facts.append(f"{tokens:,} tokens")
    st.caption(plain(" · ".join(facts)))
    if result.searched and says_searched:
        st.caption(plain(f"Searched the web for: {'; '.join(result.searched)}"))
    if pages := list(dict.fromkeys(result.pages)):
        with st.expander(f"Pages that the search returned: {len(pages)}", type="compact"):
            st.markdown("\n".join(f"- {link(short(url), url)}" for url in pages))


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
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    return readme.partition(f"## {title}\n")[2].partition("\n## ")[0]
