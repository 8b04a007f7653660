"""What speaks for something and against it: a line each, or lists where there are several."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import streamlit as st

from idearc.views.parts import LONG

_points = st.components.v2.component(
    "idearc_points",
    html="<section></section>",
    css="""
        section { color: var(--st-text-color); font-family: var(--st-font); line-height: 1.5;
                  overflow-wrap: anywhere; }
        p { margin: 0; }
        .lists { display: grid; gap: .75rem 1rem; }
        @media (min-width: 640px) { .lists { grid-template-columns: 1fr 1fr; } }
        .title { font-weight: 600; }
        ul { list-style: none; margin: 0; padding: 0; }
        li { display: list-item; list-style: disc; margin-inline-start: 1.25em; }
        .line { display: flex; gap: .5em; }
        .sign { flex: none; font-weight: 600; text-align: center; width: .8em; }
        .unseen { clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute;
                  white-space: nowrap; width: 1px; }
        summary { cursor: pointer; list-style: none; }
        details:not([open]) summary { -webkit-box-orient: vertical; -webkit-line-clamp: 3;
                                      display: -webkit-box; overflow: hidden; }
    """,
    js="""
        const add = (parent, tag, className, text = "") => {
            const made = parent.appendChild(document.createElement(tag));
            made.className = className;
            made.textContent = text;
            return made;
        };
        export default function ({ data, parentElement }) {
            const { groups, long } = data;
            const all = parentElement.querySelector("section");
            all.replaceChildren();
            // Each text runs in the direction of its first letter; hints for screen readers don't
            // count, as they have a direction of their own.
            const write = (parent, text) => {
                const isLong = text.length > long;
                const place = isLong ? add(parent, "details", "") : parent;
                add(place, isLong ? "summary" : "span", "", text);
                parent.dir = "auto";
            };
            const isShort = groups.every(([, , , texts]) => texts.length < 2);
            all.className = isShort ? "" : "lists";
            for (const [one, several, sign, texts] of groups) {
                if (!isShort) {
                    const group = add(all, "div", "");
                    if (texts.length) add(group, "p", "title", several);
                    const list = add(group, "ul", "");
                    for (const text of texts) write(add(list, "li", ""), text);
                } else if (texts.length) {
                    const line = add(all, "div", "line");
                    add(line, "span", "sign", sign).ariaHidden = "true";
                    add(line, "span", "unseen", `${one}: `).dir = "ltr";
                    write(line, texts[0]);
                }
            }
        }
    """,
)


@dataclass(frozen=True)
class Points:
    """Texts of one kind, with what one of them is called, several of them, and their sign."""

    one: str
    several: str
    sign: str
    texts: Sequence[str]


def points(groups: Sequence[Points], key: str) -> None:
    """Untrusted texts, which stay texts there; nothing where there are none."""
    if any(group.texts for group in groups):
        _points(data={"groups": [list(astuple(group)) for group in groups], "long": LONG}, key=key)
