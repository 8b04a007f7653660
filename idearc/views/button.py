"""A button that loses no click to a tick, and a row of such.

Streamlit 1.67 forgets a click of st.button when a tick comes before the run that the click begins
has got to the button. Here the count of all clicks is the button's state, which the browser sends
along with every message, also with a tick's.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import streamlit as st

_button = st.components.v2.component(
    "idearc_button",
    # The names of icons are ligatures of the font that Streamlit's own icons are drawn with.
    html='<button type="button" part="button"><i aria-hidden="true" translate="no"></i>'
    '<span part="label"></span></button>',
    css="""
        button { align-items: center; border-radius: var(--st-button-radius);
                 background: color-mix(in srgb, #fff 3%, var(--st-background-color));
                 border: 1px solid var(--st-border-color); color: var(--st-text-color);
                 cursor: pointer; display: flex; font: inherit; font-family: var(--st-font);
                 gap: .5rem; justify-content: center; line-height: 1.6; min-height: 2.5rem;
                 padding: .25rem .75rem; white-space: nowrap; }
        button:hover { background: color-mix(in srgb, var(--st-text-color) 7%,
                                             var(--st-background-color)); }
        button:focus-visible { box-shadow: 0 0 0 .2rem color-mix(in srgb, var(--st-primary-color)
                                                                 50%, transparent);
                               outline: 2px solid transparent; }
        .primary { background: var(--st-primary-color); border-color: var(--st-primary-color);
                   color: #fff; }
        .primary:hover { background: color-mix(in srgb, #000 15%, var(--st-primary-color)); }
        span { font-size: .875rem; }
        i { font: 1rem/1 "Material Symbols Rounded"; font-feature-settings: "liga"; }
        i:empty { display: none; }
    """,
    js="""
        export default function ({ data, parentElement, setStateValue }) {
            const button = parentElement.querySelector("button");
            const [icon, label] = button.children;
            icon.textContent = data.icon;
            label.textContent = data.label;
            button.className = data.isPrimary ? "primary" : "";
            const isOpener = "isOpen" in data;
            if (isOpener) {
                const wasOpen = button.getAttribute("aria-expanded") === "true";
                button.setAttribute("aria-haspopup", "dialog");
                button.setAttribute("aria-expanded", String(data.isOpen));
                if (wasOpen && !data.isOpen) button.focus();
            }
            // The same one is drawn again and again: only a new one begins with the server's count.
            button.clicks = Math.max(button.clicks ?? 0, data.clicks);
            button.onclick = ({ detail }) => {
                if (detail > 1 && !isOpener) return;  // the rest of a double click
                button.clicks += 1;
                setStateValue("clicks", button.clicks);
            };
            button.onkeydown = (event) => {
                if (event.repeat) event.preventDefault();  // a key that is held is one click
            };
        }
    """,
)

# Links and Streamlit's own buttons in the row look like ours. On a phone all show their icons only,
# and screen readers still read their names.
_ROW = """<style>
    .st-key-actions a {
        background: rgb(255 255 255 / 3%);
        border: 1px solid color-mix(in srgb, currentcolor 20%, transparent);
        color: inherit; min-height: 2.5rem; padding: .25rem .75rem;
    }
    @media (max-width: 640px) {
        .st-key-actions :is(a, button:not([role])), .st-key-actions ::part(button) {
            justify-content: center; padding: 0; width: 2.75rem;
        }
        .st-key-actions :is(a, button *) { gap: 0; }
        .st-key-actions :is(a, button) [data-testid="stMarkdownContainer"],
        .st-key-actions ::part(label) {
            clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute; width: 1px;
        }
        .st-key-actions button > div > [aria-hidden] { display: none; }
    }
</style>"""


@contextmanager
def row() -> Iterator[None]:
    """Of buttons, popovers and links that stand side by side, and look alike."""
    st.html(_ROW)
    with st.container(key="actions", horizontal=True, vertical_alignment="center"):
        yield


def button(
    label: str,
    key: str,
    on_click: Callable[[], None] | None = None,
    *,
    icon: str = "",
    is_primary: bool = False,
    is_opener: bool = False,
) -> bool:
    """Draws it, and tells whether there was a click that is not answered yet.

    With `on_click`, that is called once for each click, which answers it. Without, the caller
    answers with `answer`; until then every run is told of the click, so that what an opener has
    opened stays open. Clicks are forgotten when the page is left. `icon` is a name of Streamlit's
    symbols, as in `delete`.
    """

    def click() -> None:
        if on_click and _is_clicked(key):
            answer(key)
            on_click()

    is_clicked = _is_clicked(key)
    data = {"label": label, "icon": icon, "isPrimary": is_primary}
    data["clicks"] = _answered().get(key, 0)
    if is_opener:
        data["isOpen"] = is_clicked
    _button(data=data, key=key, on_clicks_change=click, width="content")
    # After a restart of the server, the browser still counts clicks from before: those are over.
    _answered().setdefault(key, _clicks(key))
    if is_clicked and on_click:  # another message has ended the run that was about to answer it
        click()
        st.rerun()
    return is_clicked


def answer(*keys: str) -> None:
    """Takes all clicks on these buttons so far for answered."""
    _answered().update({key: _clicks(key) for key in keys})


def _is_clicked(key: str) -> bool:
    answered = _answered()
    return key in answered and _clicks(key) > answered[key]


def _clicks(key: str) -> int:
    state = st.session_state.get(key)
    clicks = state.get("clicks") if isinstance(state, Mapping) else None
    return clicks if type(clicks) is int else 0  # what comes from a browser can be anything


def _answered() -> dict[str, int]:
    """How many clicks of each button are answered."""
    answered: dict[str, int] = st.session_state.setdefault("answered", {})
    return answered
