"""What is said of an idea, of a result, of the model that answers; what browsers fetch early."""

import functools
from collections.abc import Callable, Mapping
from datetime import timedelta
from importlib import import_module

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from idearc.form import NAME_SHORT
from idearc.launch import APP_FOLDER
from idearc.markdown import link, plain
from idearc.models import Idea, Result
from idearc.providers import EMBEDDED
from idearc.text import short
from idearc.views import Content, browser
from idearc.views.parts import duration, remark, when, whole
from idearc.views.versions import origin


def preload_workspace() -> None:
    """Unseen, on the form, so that the browser has the scripts of a workspace by the click.

    Else the first one of a visit comes a third of a second later: React shows nothing of what it
    has to fetch a script for until 0.3 s after the placeholder, however fast the script comes. A
    component's own script takes some 20 ms more.
    """
    with _unseen():
        browser.folded("", key="preload-text")
        browser.tabs({}, first="", visit="", key="preload-tabs", on_click=lambda _name: None)
        browser.working("", timedelta(), usual="", key="preload-working")


def preload_content() -> None:
    """Unseen, while the jobs work: what shows their results, in browser and server alike."""
    with _unseen():
        st.dataframe([])
        st.vega_lite_chart({"data": {"values": []}, "mark": "rect"})


def _unseen() -> DeltaGenerator:
    st.html("<style>.st-key-unseen { display: none }</style>")
    return st.container(key="unseen")


def heading(idea: Idea, last_version: int) -> None:
    """Name and text; an idea that was given no name is headed by its text."""
    is_named = bool(idea.given_name)
    # Its first words are for the ear alone: the eye reads them in the text.
    with st.container(key=None if is_named else "unseen-title"):
        st.title(plain(short(idea.name, NAME_SHORT)), anchor=False)
    with st.container(width=760, gap="xsmall"):
        if is_named:
            whole(idea.name, f"name-{idea.key}", NAME_SHORT)
        browser.folded(idea.text, key=f"text-{idea.key}", is_heading=not is_named)
        facts = [when(idea.created_at), origin(idea, last_version)]
        st.caption(" · ".join(filter(None, facts)))
        if idea.known:
            remark(f"You know: {', '.join(idea.known)}", key=f"known-{idea.key}")


def result(content: Content) -> None:
    """A job's result: its findings by the job's own view, then where they come from."""
    job, result, findings = content.part.job, content.part.result, content.part.findings
    if job.web_question and (findings or not result.is_researched):
        st.caption(_trust(result, bool(findings)))
    if result.search_failure:
        words = f"{result.search_failure} What follows is the model's alone."
        st.warning(plain(words), icon=":material/travel_explore:")
    if findings:
        import_module(f"idearc.views.{job.name}").draw(content)
    else:
        searched = f" Searched for: {'; '.join(result.searched)}." if result.searched else ""
        st.info(plain(job.nothing + searched), icon=":material/search_off:")
        if content.choose:
            st.page_link(
                "pages/new_idea.py",
                label="Refine it",
                icon=":material/edit:",
                query_params={"refine": content.idea.id},
            )
    _foot(result, says_searched=bool(findings))


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
            "A small model on this machine answers. For better answers, connect OpenAI or Ollama. "
            f"{servers}",
            width="stretch",
        )
        with st.popover("How to connect", type="tertiary"):
            st.markdown(_readme_section("Choose a model"))


@st.cache_data(ttl=30, show_spinner=False)
def _answering(_find_servers: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
    return _find_servers()


@functools.cache
def _readme_section(title: str) -> str:
    readme = (APP_FOLDER / "README.md").read_text("utf-8")
    return readme.partition(f"## {title}\n")[2].partition("\n## ")[0]
