"""What views are made of: fields that may be long, moments and durations."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from idearc.errors import IdearcError
from idearc.markdown import plain
from idearc.text import SHORT
from idearc.views.browser import folded

LONG = 240  # characters that a field may have before it is folded


@contextmanager
def problem_told() -> Iterator[None]:
    """In callbacks and fragments, where app.py can't catch it: its next run tells the problem."""
    try:
        yield
    except IdearcError as error:
        st.session_state.problem = str(error)


def field(text: str, key: str) -> None:
    """A field of an answer, in its own lines."""
    if len(text) > LONG:
        folded(text, key)
    elif text:
        st.text(text, width="stretch")  # or what is written from the right begins in the middle


def whole(name: str, key: str, limit: int = SHORT) -> None:
    """The name in full, under a heading that has cut it."""
    if len(name) > limit:
        field(name, key)


def remark(text: str, key: str, icon: str = "") -> None:
    """A field that is said in passing; a long one is folded like the others."""
    if len(text) > LONG:
        field(text, key)
    elif text:
        st.caption(f"{icon} {plain(text)}".strip())


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
