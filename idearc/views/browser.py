"""What needs the browser's help: small components with a script of a few lines each.

Their data is untrusted too: it becomes text there, never HTML.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

import streamlit as st

_seconds = st.components.v2.component(
    "idearc_working",
    # The seconds are for the eye only: a screen reader would speak all the time.
    html='<p><i></i><span><span role="status"></span><span aria-hidden="true"></span></span></p>',
    css="""
        p { align-items: center; display: flex; gap: .6em; margin: 0;
            color: var(--st-text-color); font-family: var(--st-font); }
        i { animation: pulse 1.4s ease-in-out infinite; background: var(--st-primary-color);
            border-radius: 50%; flex: none; height: .7em; width: .7em; }
        span { font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
        @keyframes pulse { 50% { opacity: .25; transform: scale(.7); } }
        @media (prefers-reduced-motion: reduce) { i { animation: none; } }
    """,
    js="""
        export default function ({ data, parentElement }) {
            const [doing, rest] = parentElement.querySelectorAll("span > span");
            if (doing.textContent !== data.doing) doing.textContent = data.doing;
            const since = Date.now() - 1000 * data.seconds;
            const show = () => {
                const all = Math.floor((Date.now() - since) / 1000);
                const minutes = Math.floor(all / 60), seconds = `${all % 60} s`;
                const elapsed = minutes ? `${minutes} min ${seconds}` : seconds;
                rest.textContent = ` · ${elapsed}` + (data.usual && ` · ${data.usual}`);
            };
            show();
            clearInterval(parentElement.clock);  // this is called again for new data
            parentElement.clock = setInterval(show, 1000);
            return () => clearInterval(parentElement.clock);
        }
    """,
)

_folded = st.components.v2.component(
    "idearc_folded",
    html='<p class="folded"></p><button type="button" hidden></button>',
    css="""
        p { color: var(--st-text-color); font-family: var(--st-font); line-height: 1.5; margin: 0;
            overflow-wrap: anywhere; white-space: pre-wrap; unicode-bidi: plaintext; }
        .folded { -webkit-box-orient: vertical; -webkit-line-clamp: 3; display: -webkit-box;
                  overflow: hidden; }
        button { background: none; border: 0; color: var(--st-link-color); cursor: pointer;
                 font: inherit; font-family: var(--st-font); padding: .2em 0;
                 text-decoration: underline; }
    """,
    js="""
        export default function ({ data, parentElement }) {
            const text = parentElement.querySelector("p");
            const button = parentElement.querySelector("button");
            if (text.textContent !== data.text) {
                text.textContent = data.text;
                text.className = "folded";
            }
            const look = () => {
                const isFolded = text.className === "folded";
                button.textContent = isFolded ? "Show all" : "Show less";
                button.setAttribute("aria-expanded", String(!isFolded));
                if (isFolded) button.hidden = text.scrollHeight <= text.clientHeight + 1;
            };
            button.onclick = () => {
                text.className = text.className === "folded" ? "" : "folded";
                look();
            };
            parentElement.widths?.disconnect();  // this is called again for new data
            parentElement.widths = new ResizeObserver(look);
            parentElement.widths.observe(text);
            return () => parentElement.widths.disconnect();
        }
    """,
)

_tabs = st.components.v2.component(
    "idearc_tabs",
    html='<div role="tablist"></div>',
    css="""
        [role=tablist] { display: flex; flex-wrap: wrap; gap: .4rem; }
        button { background: var(--st-background-color); border: 1px solid var(--st-border-color);
                 border-radius: var(--st-button-radius); color: var(--st-text-color);
                 cursor: pointer; font: inherit; font-family: var(--st-font);
                 font-variant-numeric: tabular-nums; padding: .35rem .8rem; }
        button:hover { border-color: var(--st-primary-color); }
        button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
        [aria-selected=true] { background: var(--st-secondary-background-color);
                               border-color: var(--st-primary-color);
                               color: var(--st-violet-text-color); }
    """,
    js="""
        export default function ({ data, parentElement, setStateValue }) {
            const list = parentElement.querySelector("[role=tablist]");
            const [labels, first, visit] = data;
            if (list.visit !== visit) list.open = first;  // else only clicks change it
            list.visit = visit;
            const draw = () => Object.entries(labels).forEach(([name, label], place) => {
                const tab =
                    list.children[place] ?? list.appendChild(document.createElement("button"));
                tab.type = "button";
                tab.setAttribute("role", "tab");
                tab.setAttribute("aria-selected", String(name === list.open));
                if (tab.textContent !== label) tab.textContent = label;
                tab.onclick = () => {
                    list.open = name;
                    draw();
                    setStateValue("open", [name, visit]);
                };
            });
            draw();
            list.onkeydown = ({ key, target }) => {
                if (key === "ArrowRight") target.nextElementSibling?.focus();
                if (key === "ArrowLeft") target.previousElementSibling?.focus();
            };
        }
    """,
)

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
        .item, .subitem { break-inside: avoid; display: list-item; margin: 0 0 .1em 1.5em; }
        .subitem { margin-left: 3em; }
        .note { color: #444; font-style: italic; margin-top: .6em; }
    """,
    js="""
        const TAGS = { title: "h1", heading: "h2", finding: "h3" };
        export default function ({ data, parentElement }) {
            const article = parentElement.querySelector("article");
            const fill = () => article.replaceChildren(...data.map(([kind, text]) => {
                const block = document.createElement(TAGS[kind] ?? "p");
                block.className = kind;
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


def printed(blocks: Iterable[tuple[str, str]]) -> None:
    """What is printed instead of the page: kinds of blocks, each with its text. Not on screen."""
    st.html(_PRINTED_ALONE)
    with st.container(key="printed"):
        _printed(data=[list(block) for block in blocks], key="printed-report")


def tabs(
    labels: Mapping[str, str], first: str, visit: str, key: str, on_click: Callable[[str], None]
) -> str:
    """Labels by name, to choose from; the name of the one that is open.

    At the beginning of each visit it is `first`, from then on what was clicked in that visit.

    Not st.tabs, which begin anew when a label changes, and not st.segmented_control, which loses a
    click that meets the change of a label: it knows its options by their labels.
    """

    def clicked() -> str:
        match st.session_state.get(key):
            case {"open": [str(name), str(then)]} if name in labels and then == visit:
                return name
        return ""  # what comes from a browser can be anything

    # A list: for a dictionary in a dictionary, Streamlit loads pandas, as it may be a data frame.
    data = [labels, first, visit]
    _tabs(data=data, key=key, on_open_change=lambda: on_click(clicked() or first))
    return clicked() or first


def working(doing: str, elapsed: timedelta, usual: str, key: str) -> None:
    """That something works, with seconds that move by themselves."""
    data = {"doing": doing, "seconds": elapsed.total_seconds(), "usual": usual}
    _seconds(data=data, key=key)  # it is the same one at the next tick


def folded(text: str, key: str) -> None:
    """Three lines of the text, and a button for the rest where there is more."""
    _folded(data={"text": text}, key=key)
