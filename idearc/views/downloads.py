"""What can be taken away from a workspace."""

from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st

from idearc import export, snapshot
from idearc.export.brief import brief
from idearc.export.report import markdown, report
from idearc.export.tables import csv_of, workbook
from idearc.jobs import JOBS, Job
from idearc.models import Idea
from idearc.progress import Progress, State
from idearc.snapshot import Snapshot


def export_button(
    idea: Idea, progress: Mapping[str, Progress], read: Callable[[], Snapshot]
) -> None:
    """Opens to a download of each kind; a file is made, of what is read, when it is asked for."""

    def table(job: Job) -> bytes:
        part = read().part(job)
        return csv_of(part) if part else b""

    done = [JOBS[name] for name, of_job in progress.items() if of_job.state == State.DONE]
    with st.popover("Export", icon=":material/download:"):
        _download("Brief, as Markdown", idea, " brief.md", lambda: markdown(brief(read())))
        _download("Report, as Markdown", idea, ".md", lambda: markdown(report(read())))
        if done:
            _download("Tables, as Excel", idea, ".xlsx", lambda: workbook(read()))
        for job in done:
            _download(f"{job.label}, as CSV", idea, f" {job.name}.csv", partial(table, job))
        _download("All, as JSON", idea, ".json", lambda: snapshot.write(read()))
        st.caption(
            "The brief is for whoever builds it: a person, or a coding assistant. CSV is for "
            "programs; some spreadsheets put all of it into one column. JSON is what the list of "
            "ideas takes back."
        )


def _download(label: str, idea: Idea, kind: str, make: Callable[[], str | bytes]) -> None:
    st.download_button(
        label,
        make,
        export.file_name(idea, kind),
        key=f"export-{idea.key}{kind}",
        on_click="ignore",
        type="tertiary",
    )
