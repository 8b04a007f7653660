"""What can be taken away from a workspace."""

from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st

from idearc import export, snapshot
from idearc.core import Idearc
from idearc.jobs import JOBS
from idearc.models import Idea
from idearc.progress import Progress, State
from idearc.views import browser


def export_button(idearc: Idearc, idea: Idea, progress: Mapping[str, Progress]) -> None:
    """Opens to a download of each kind; a file is made when it is asked for."""
    with st.popover("Export", icon=":material/download:"):
        _download("Report, as Markdown", idea, ".md", partial(_report, idearc, idea))
        for name, of_job in progress.items():
            if of_job.state == State.DONE:
                make = partial(_table, idearc, idea, name)
                _download(f"{JOBS[name].label}, as CSV", idea, f" {name}.csv", make)
        _download("All, as JSON", idea, ".json", lambda: snapshot.write(idearc.snapshot(idea)))


def printed(idearc: Idearc, idea: Idea, progress: Mapping[str, Progress]) -> None:
    """What the browser prints: the report, and nothing to click on."""
    is_something_there = any(of_job.state == State.DONE for of_job in progress.values())
    there = idearc.snapshot(idea) if is_something_there else snapshot.Snapshot(idea, [])
    browser.printed((block.kind, block.label + block.text) for block in export.report(there))


def _report(idearc: Idearc, idea: Idea) -> str:
    return export.markdown(export.report(idearc.snapshot(idea)))


def _table(idearc: Idearc, idea: Idea, job_name: str) -> bytes:
    parts = {part.job.name: part for part in idearc.snapshot(idea).parts}
    return export.table(parts[job_name])


def _download(label: str, idea: Idea, kind: str, make: Callable[[], str | bytes]) -> None:
    st.download_button(
        label,
        make,
        export.file_name(idea, kind),
        key=f"export-{idea.key}{kind}",
        on_click="ignore",
        type="tertiary",
    )
