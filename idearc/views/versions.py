"""The versions of an idea: how one leads to the next, and what differs between two."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from idearc.comparison import compare
from idearc.core import Idearc
from idearc.jobs import JOBS, Job
from idearc.markdown import plain
from idearc.models import Finding, Idea
from idearc.progress import Progress, State
from idearc.text import short
from idearc.views import browser
from idearc.views.parts import field, remark, when

_COLORS = {"New": "green", "Kept": "gray", "Gone": "red"}


def parent(idearc: Idearc) -> Idea | None:
    """The version that is to be refined; as it was when the form was opened, even if it is gone."""
    refined = st.query_params.get("refine")
    known: Idea | None = st.session_state.get("parent")
    if refined and (known is None or known.id != refined):
        st.session_state.parent = idearc.idea(refined)
    return st.session_state.parent if refined else None


def refining(parent: Idea) -> None:
    """What is said above the form that holds the text of another version."""
    st.title("Refine your idea", anchor=False)
    st.markdown(
        f"Change what you like: this makes a new version of “{plain(short(parent.name))}”, with "
        f"results of its own. Version {parent.version} stays as it is."
    )


def open_another(idea: Idea, versions: Sequence[Idea]) -> None:
    """All versions to choose from, where there are several, and the way to what differs."""
    if len(versions) < 2:
        return
    dates = {one.version: f" · {when(one.created_at)}" for one in versions}
    chosen = _choose(
        "Version",
        versions,
        idea,
        format_func=lambda number: f"Version {number}{dates[number]}",
        key=f"version-{idea.key}",
        label_visibility="collapsed",
    )
    if chosen.id != idea.id:
        st.switch_page("pages/workspace.py", query_params={"idea": chosen.id})
    st.page_link(
        "pages/compare.py",
        label="Compare",
        icon=":material/difference:",
        query_params={"idea": idea.id},
    )


def _choose(label: str, versions: Sequence[Idea], first: Idea, **options: Any) -> Idea:
    numbers = {one.version: one for one in versions}
    number = st.selectbox(
        label,
        list(numbers),
        index=list(numbers).index(first.version),
        width=300,
        **options,
    )
    return numbers[number]


def origin(idea: Idea, last: int) -> str:
    """Which version an idea is, and of which; empty when there has been one only."""
    if last == 1:
        return ""
    of_parent = f", refined from {idea.parent_version}" if idea.parent_version else ""
    return f"Version {idea.version}{of_parent}"


def choose_two(idea: Idea, versions: Sequence[Idea]) -> tuple[Idea, Idea]:
    """The two to be compared: at first the idea, with the version that it was refined from.

    Or else with the one before it; the first version with the next one.
    """
    place = [one.id for one in versions].index(idea.id)
    neighbours = [*versions[max(0, place - 1) : place], *versions[place + 1 : place + 2], idea]
    parents = [one for one in versions if one.version == idea.parent_version]
    firsts = sorted([idea, [*parents, *neighbours][0]], key=lambda one: one.version)
    chosen = []
    for column, label, first in zip(st.columns(2), ("From", "To"), firsts, strict=True):
        with column:
            # These words are in the address: they must be the same for all who open it.
            words = "Version {}".format
            options = {"format_func": words, "key": label.lower(), "bind": "query-params"}
            one = _choose(label, versions, first, **options)
            st.page_link(
                "pages/workspace.py",
                label=f"Open version {one.version}",
                icon=":material/arrow_forward:",
                query_params={"idea": one.id},
            )
            browser.folded(one.text, key=f"text-{label}-{one.key}")
            st.caption(when(one.created_at))
            if one.known:
                remark(f"You know: {', '.join(one.known)}", key=f"known-{label}-{one.key}")
        chosen.append(one)
    return chosen[0], chosen[1]


def differences(
    idearc: Idearc, before: Idea, after: Idea, progress: Mapping[str, Mapping[str, Progress]]
) -> None:
    """What each job found anew, again and no more; `progress` is by idea id and job name."""
    for job in JOBS.values():
        st.header(job.label, anchor=False)
        missing = _missing([(one, progress[one.id]) for one in (before, after)], job)
        if missing:
            st.info(missing, icon=":material/hourglass_empty:")
            continue
        found = compare(idearc.findings(job, before.id), idearc.findings(job, after.id))
        groups = {"New": found.new, "Kept": found.kept, "Gone": found.gone}
        for column, (title, findings) in zip(st.columns(3), groups.items(), strict=True):
            with column.container(border=True, height="stretch", gap="small"):
                st.markdown(f":{_COLORS[title]}-badge[{title}: {len(findings)}]")
                for one in findings:
                    _finding(one, f"{title}-{before.key}-{after.key}-{job.name}")


def _missing(versions: Sequence[tuple[Idea, Mapping[str, Progress]]], job: Job) -> str:
    """Of which version there is nothing to compare."""
    missing = {
        f"Version {idea.version} has none: {progress[job.name].state}.": None  # said once
        for idea, progress in versions
        if progress[job.name].state != State.DONE
    }
    return " ".join(missing)


def _finding(one: Finding, key: str) -> None:
    with st.container(gap=None):
        st.markdown(f"**{plain(short(one.name))}**")
        field(getattr(one, "what", ""), f"{key}-{one.position}")
