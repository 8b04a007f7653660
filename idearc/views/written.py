"""What a model has written so far, in grey: entries that are whole, and the one with the cursor."""

import streamlit as st

from idearc.preview import Entry, Preview

_written = st.components.v2.component(
    "idearc_written",
    # No live region: a screen reader would speak all the time.
    html="<ol></ol>",
    css="""
        ol { color: color-mix(in srgb, var(--st-text-color) 70%, transparent); display: grid;
             font-family: var(--st-font); gap: 1rem; list-style: none; margin: 0; padding: 0; }
        li { border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius);
             min-width: 0; overflow-wrap: anywhere; padding: calc(1rem - 1px);
             unicode-bidi: plaintext; }
        b { color: color-mix(in srgb, var(--st-text-color) 85%, transparent); display: block;
            font-weight: 600; unicode-bidi: plaintext; }
        p { line-height: 1.5; margin: .25rem 0 0; }
        p:empty { display: none; }
        .writing { border-style: dashed; }
        .writing :not(:empty)::after { animation: blink 1.2s steps(2, start) infinite;
                                       border-left: .1em solid; content: ""; margin-left: .15em; }
        .writing b:has(+ p:not(:empty))::after { display: none; }
        @keyframes blink { to { visibility: hidden; } }
        @media (prefers-reduced-motion: reduce) { .writing ::after { animation: none !important; } }
        @media (min-width: 640px) {
            .pairs { grid-template-columns: 1fr 1fr; }
            .single { max-width: calc(60% - .4rem); }
        }
    """,
    js="""
        // When the findings come, the one that was read stays where it was on screen.
        const PATIENCE = 3000;  // milliseconds
        const main = () => document.querySelector("[data-testid=stMain]") ?? document.body;
        const findings = () => document.querySelectorAll(
            ".st-key-content :is([data-testid=stHeading], [data-testid=stCheckbox] p)");
        const newItem = () => {
            const item = document.createElement("li");
            item.append(document.createElement("b"), document.createElement("p"));
            return item;
        };
        export default function ({ data, parentElement }) {
            const list = parentElement.querySelector("ol");
            list.className = data.layout;
            const entries = [...data.entries, ...(data.writing ? [data.writing] : [])];
            entries.forEach(([name, what], place) => {
                const item = list.children[place] ?? list.appendChild(newItem());
                const [title, text] = item.children;
                if (title.textContent !== name) title.textContent = name;
                if (text.textContent !== what) text.textContent = what;
                item.className = place < data.entries.length ? "" : "writing";
            });
            while (list.children.length > entries.length) list.lastChild.remove();

            const scrolled = main(), top = scrolled.getBoundingClientRect().top;
            const look = () => {
                const items = [...list.children];
                const seen = items.find((item) => item.getBoundingClientRect().top >= top);
                if (!seen) return;
                parentElement.read = { name: seen.firstChild.textContent,
                                       y: seen.firstChild.getBoundingClientRect().top };
            };
            look();
            parentElement.looking?.abort();  // this is called again for new data
            parentElement.looking = new AbortController();
            const { signal } = parentElement.looking;
            scrolled.addEventListener("scroll", look, { passive: true, signal });
            addEventListener("resize", look, { signal });
            return () => {
                parentElement.looking.abort();
                const read = parentElement.read, until = Date.now() + PATIENCE;
                if (!read || !scrolled.scrollTop) return;
                const keep = () => {
                    const found = [...findings()].find((one) => one.textContent === read.name);
                    if (found && !list.isConnected)
                        scrolled.scrollTop += found.getBoundingClientRect().top - read.y;
                    else if (Date.now() < until) requestAnimationFrame(keep);
                };
                keep();
            };
        }
    """,
)


def written(preview: Preview, key: str, *, columns: int, is_over: bool = False) -> None:
    """Nothing where there is nothing; `columns` are those of the findings, one or two."""
    if not preview:
        return
    whole = [_pair(one) for one in preview.entries]
    writing = _pair(preview.writing) if preview.writing else None
    if writing and is_over:
        whole, writing = [*whole, writing], None
    layout = "pairs" if columns > 1 else "single"
    _written(data={"entries": whole, "writing": writing, "layout": layout}, key=key)


def _pair(entry: Entry) -> list[str]:
    return [entry.name, entry.what]
