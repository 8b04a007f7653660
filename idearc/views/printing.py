"""What the browser prints instead of the page: the report, and nothing to click on."""

import streamlit as st

from idearc.export.report import report
from idearc.snapshot import Snapshot

_printed = st.components.v2.component(
    "idearc_printed",
    html="<article></article>",
    css="""
        article { color: #000; font: 10pt/1.45 var(--st-font); overflow-wrap: anywhere; }
        article > * { font: inherit; margin: 0 0 .4em; white-space: pre-line; }
        .title { font-size: 20pt; font-weight: 700; }
        .heading { border-bottom: 1px solid; font-size: 14pt; font-weight: 700; margin-top: 1.2em; }
        .finding { font-size: 11pt; font-weight: 700; margin-top: .9em; }
        .title, .heading, .finding { break-after: avoid; }
        .item, .subitem { break-inside: avoid; display: list-item; margin: 0 0 .1em;
                          margin-inline-start: 1.5em; }
        .subitem { margin-inline-start: 3em; }
        .note { color: #444; font-style: italic; margin-top: .6em; }
    """,
    js="""
        const TAGS = { title: "h1", heading: "h2", finding: "h3" };
        export default function ({ data, parentElement }) {
            const article = parentElement.querySelector("article");
            const fill = () => article.replaceChildren(...data.map(([kind, text]) => {
                const block = document.createElement(TAGS[kind] ?? "p");
                block.className = kind;
                block.dir = "auto";
                block.textContent = text;
                return block;
            }));
            parentElement.prints?.abort();  // this is called again for new data
            const { signal } = (parentElement.prints = new AbortController());
            addEventListener("beforeprint", fill, { signal });
            addEventListener("afterprint", () => article.replaceChildren(), { signal });
            return () => parentElement.prints.abort();
        }
    """,
)

_PRINTED_ALONE = """<style>
    @media print {
        .stApp, .stApp * { background: #fff !important; }
        .stApp header, body > :not(#root) { display: none !important; }
        .stMainBlockContainer :not(:has(.st-key-printed), .st-key-printed, .st-key-printed *) {
            display: none !important;
        }
    }
</style>"""


def printed(there: Snapshot) -> None:
    """Not on screen."""
    st.html(_PRINTED_ALONE)
    blocks = [[block.kind, block.label + block.text] for block in report(there)]
    with st.container(key="printed"):
        _printed(data=blocks, key="printed-report")
