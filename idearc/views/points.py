"""What speaks for something and against it: a line each, or lists where there are several.

As HTML: Markdown knows no words for screen readers alone, and no list that begins at the right.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from idearc.views.parts import LONG

# Once on a page, before its points.
STYLE = """<style>
    .point { display: flex; gap: .5em; }
    .point > [aria-hidden] { flex: none; font-weight: 600; text-align: center; width: .8em; }
    .points { display: grid; gap: .75rem 1rem; overflow-wrap: anywhere; }
    @media (min-width: 640px) { .points { grid-template-columns: 1fr 1fr; } }
    .points b { font-weight: 600; }
    .stApp .points ul { margin: 0; padding: 0; }
    .stApp .points li { font-size: inherit; margin: 0; margin-inline-start: 1.25em; padding: 0; }
    .point-text summary { cursor: pointer; list-style: none; }
    .point-text:not([open]) summary { -webkit-box-orient: vertical; -webkit-line-clamp: 3;
                                      display: -webkit-box; overflow: hidden; }
</style>"""


@dataclass(frozen=True)
class Points:
    """Texts of one kind, with what one of them is called, several of them, and their sign."""

    one: str
    several: str
    sign: str
    texts: Sequence[str]


def points(groups: Sequence[Points]) -> None:
    """The texts are untrusted, and stay texts; nothing is drawn where there are none."""
    there = [group for group in groups if group.texts]
    if not there:
        return
    if all(len(group.texts) == 1 for group in there):
        st.html("".join(map(_line, there)))
    else:
        st.html(f'<div class="points">{"".join(map(_list, groups))}</div>')


def _line(group: Points) -> str:
    # Its direction is that of the text: what has a direction of its own does not count.
    kind = f'<span class="point-kind" dir="ltr">{group.one}: </span>'
    sign = f'<span aria-hidden="true">{group.sign}</span>'
    return f'<div class="point" dir="auto">{sign}{kind}{_text(group.texts[0])}</div>'


def _list(group: Points) -> str:
    items = "".join(f'<li dir="auto">{_text(text)}</li>' for text in group.texts)
    return f"<div><b>{group.several}</b><ul>{items}</ul></div>" if items else "<div></div>"


def _text(text: str) -> str:
    """A long one shows its beginning, and all of it after a click."""
    if len(text) > LONG:
        return f'<details class="point-text"><summary>{escape(text)}</summary></details>'
    return f"<span>{escape(text)}</span>"
