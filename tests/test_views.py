"""What is drawn: every job has its view, every state its colour, and durations read well."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from conftest import API_KEY, an_idea, example_findings
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from idearc.bootstrap import build
from idearc.jobs import JOBS
from idearc.preview import Entry, Preview
from idearc.progress import Progress, State
from idearc.providers import Answer, Provenance
from idearc.settings import read_settings
from idearc.store import Store
from idearc.views import news, parts, states


@pytest.mark.parametrize("name", JOBS)
def test_every_job_has_a_view(name: str) -> None:
    assert callable(import_module(f"idearc.views.{name}").draw)


def test_every_state_that_is_not_done_has_a_color() -> None:
    assert {*states.STATE_COLORS, State.DONE} == {*State}


@pytest.mark.parametrize("state", [State.OVERDUE, State.UNKNOWN, State.FAILED])
def test_what_a_run_says_is_shown_as_text(state: State) -> None:
    def page(state: str) -> None:
        from idearc.progress import Progress, State
        from idearc.views import states

        states.stuck(
            Progress(State(state), note="Searching the web: ![](https://evil.example/a.png)")
        )

    shown = AppTest.from_function(page, args=(state,)).run()
    (said,) = [*shown.warning, *shown.error]
    assert r"\!\[\]\(" in said.value


def test_it_is_said_that_a_job_works_where_the_database_is_gone(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a page that waits would show a traceback at the first tick that asks how long it may."""

    def page(idearc: object) -> None:
        from typing import Any, cast

        from idearc.jobs import JOBS
        from idearc.progress import Progress, State
        from idearc.views import states

        states.working(cast(Any, idearc), JOBS["features"], Progress(State.WORKING))

    monkeypatch.setenv("OPENAI_API_KEY", API_KEY)
    idearc = build(read_settings())
    with store._engine.begin() as connection:
        connection.execute(text("ALTER TABLE result RENAME TO gone"))
    shown = AppTest.from_function(page, args=(idearc,)).run()
    (working,) = shown.get("bidi_component")
    assert JOBS["features"].doing in working.proto.json
    assert not shown.exception


def test_a_tab_says_what_is_written_and_that_it_takes_long() -> None:
    written = Preview([Entry("N", "W")])
    labels = [
        states.tab_label(JOBS["features"], Progress(state, is_live=True, preview=written))
        for state in (State.WORKING, State.OVERDUE)
    ]
    assert labels == ["Features · 1 so far", "Features · taking longer"]


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (-5, "0 s"), (59.6, "1 min"), (125, "2 min 5 s")]
)
def test_durations_read_well(seconds: float, words: str) -> None:
    assert parts.duration(timedelta(seconds=seconds)) == words


def test_a_tick_has_news_of_a_result_and_of_its_own_end_and_waits_for_a_database(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", API_KEY)
    idearc = build(read_settings())
    idea = store.add_idea(an_idea(created_at=datetime.now(UTC)))[0]
    shown = idearc.progress([idea])[idea.id]

    def has_news(ticks: int) -> bool:
        return news.is_news(news.look(idearc, idea, shown, ticks), shown)

    assert not has_news(ticks=1)
    assert has_news(ticks=24)
    job = JOBS["features"]
    store.save(job, idea.id, Answer(example_findings(job), Provenance("a", "b", 1, 2)), 1)
    assert has_news(ticks=1)
    with store._engine.begin() as connection:
        connection.execute(text("ALTER TABLE result RENAME TO gone"))
    assert not has_news(ticks=1)
    assert has_news(ticks=24)  # for no tick comes that could say why
