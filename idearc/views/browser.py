"""What needs the browser's help: small components with a script of a few lines each.

Their data is untrusted too: it becomes text there, never HTML.
"""

from collections.abc import Callable, Mapping
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
        .heading { font-size: 1.25rem; }
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
            text.classList.toggle("heading", data.isHeading);
            if (text.textContent !== data.text) {
                text.textContent = data.text;
                text.classList.add("folded");
            }
            const look = () => {
                const isFolded = text.classList.contains("folded");
                button.textContent = isFolded ? "Show all" : "Show less";
                button.setAttribute("aria-expanded", String(!isFolded));
                if (isFolded) button.hidden = text.scrollHeight <= text.clientHeight + 1;
            };
            button.onclick = () => {
                text.classList.toggle("folded");
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

_silence = st.components.v2.component(
    "idearc_silence",
    js="""
        export default function ({ data, parentElement, setTriggerValue }) {
            const tell = () => setTriggerValue("told", true);
            parentElement.alarm ??= setTimeout(tell, 1000 * data.seconds);
            return () => {
                clearTimeout(parentElement.alarm);
                parentElement.alarm = undefined;
            };
        }
    """,
)

# Each text runs in the direction of its first letter that has one. Captions are paler than other
# texts, but the links in them are not, and a button that is only a text is as dark as any text:
# both could hardly be read otherwise. Some words are for the ear alone. What Streamlit says of a
# timer that does not come, we say.
STYLE = """<style>
    .stApp :is(p, li, h1, h2, h3, [data-testid="stText"] > *, textarea, input) {
        text-align: start; unicode-bidi: plaintext;
    }
    .stApp [data-testid="stCaptionContainer"] {
        color: color-mix(in srgb, currentcolor 62%, transparent); opacity: 1;
    }
    .st-key-unseen-title, .point-kind {
        clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute;
        white-space: nowrap; width: 1px;
    }
    .st-key-timer [data-testid="stAlert"] { display: none; }
    body button[kind="tertiary"]:is(:hover, :focus, :active, [aria-expanded="true"]) {
        color: inherit; text-decoration: underline;
    }
</style>"""


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


def tell_silence(seconds: float, key: str, on_silence: Callable[[], None]) -> None:
    """Calls, once, if this is still drawn after so many seconds."""
    _silence(data={"seconds": seconds}, key=key, on_told_change=on_silence)


def working(doing: str, elapsed: timedelta, usual: str, key: str) -> None:
    """That something works, with seconds that move by themselves."""
    data = {"doing": doing, "seconds": elapsed.total_seconds(), "usual": usual}
    _seconds(data=data, key=key)  # it is the same one at the next tick


def folded(text: str, key: str, *, is_heading: bool = False) -> None:
    """Three lines of the text, and a button for the rest where there is more."""
    _folded(data={"text": text, "isHeading": is_heading}, key=key)
