"""Each page's branches, run by Streamlit without a browser."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import TEXT, an_idea
from model_server import ModelServer, Reply
from streamlit.testing.v1 import AppTest
from test_core import eventually

from idearc.core import IDEAS_PER_PAGE
from idearc.jobs import JOBS
from idearc.jobs.competitors import CompetitorFields
from idearc.models import now
from idearc.providers import EMBEDDED, Answer, Provenance
from idearc.store import Store

APP = Path(__file__).parent.parent / "app.py"
PROVENANCE = Provenance("OpenAI", "example-model", 1, 2, ["salon apps"], ["https://a.com"])


@pytest.fixture
def app(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("OPENAI_BASE_URL", model_server.url)
    return AppTest.from_file(APP, default_timeout=20)


def texts(app: AppTest) -> str:
    kinds = (app.title, app.markdown, app.caption, app.text, app.info, app.warning, app.error)
    statuses = [status.label for status in app.status]
    shown = [*(str(element.value) for kind in kinds for element in kind), *statuses]
    return re.sub(r"\\(.)", r"\1", "\n".join(shown))  # without the escapes of `plain`


def submit(app: AppTest, text: str = TEXT) -> AppTest:
    app.text_area[0].set_value(text)
    return app.button[0].click().run()


def workspace(app: AppTest, idea_id: str) -> AppTest:
    app.run()
    app.query_params["idea"] = idea_id
    return app.switch_page("pages/workspace.py").run()


def buttons(app: AppTest) -> list[str | None]:
    return [button.key for button in app.button]


def test_without_a_key_the_form_says_who_answers_and_how_to_change_it() -> None:
    app = AppTest.from_file(APP, default_timeout=20).run()
    shown = texts(app)
    assert "A small model on this machine answers." in shown
    assert "OPENAI_API_KEY" in shown  # the README's section
    assert "OPENAI_BASE_URL" in shown
    assert not app.button[0].disabled


def test_with_a_server_the_form_has_nothing_to_say_of_models(app: AppTest) -> None:
    assert "A small model" not in texts(app.run())


def test_a_wrong_setting_is_told_in_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDEARC_MAX_JOBS", "many")
    app = AppTest.from_file(APP, default_timeout=20).run()
    assert "IDEARC_MAX_JOBS='many' can't be used" in texts(app)
    assert not app.exception


def test_a_good_idea_leads_to_its_workspace(
    app: AppTest, store: Store, model_server: ModelServer
) -> None:
    model_server.gate.clear()
    submit(app.run())
    (idea,) = store.ideas(limit=9)
    assert app.query_params["idea"] == idea.id
    assert [tab.label for tab in app.tabs] == ["Competitors", "Features"]
    assert "Looking for competitors · 0 s" in texts(app)
    assert "Thinking of features · 0 s" in texts(app)
    assert not app.button

    model_server.gate.set()
    eventually(lambda: len(store.results([idea.id])) == 2)
    app.run()
    assert "Must have" in texts(app)
    assert "example-model · server at 127.0.0.1" in texts(app)


@pytest.mark.parametrize("text", ["", "Too short", "x" * 4_001])
def test_a_bad_idea_stays_on_the_form(app: AppTest, store: Store, text: str) -> None:
    submit(app.run(), text)
    assert f"The idea has {len(text):,} characters" in texts(app)
    assert app.text_area[0].value == text
    assert store.count_ideas() == 0


def test_the_same_view_of_the_form_makes_one_idea(app: AppTest, store: Store) -> None:
    app.run()
    token = app.session_state.form_token
    submit(app)
    late = AppTest.from_file(APP, default_timeout=20).run()
    late.session_state.form_token = token
    submit(late)
    assert store.count_ideas() == 1
    assert late.query_params["idea"] == app.query_params["idea"]


def test_a_failed_job_shows_its_reason_and_is_retried_alone(
    app: AppTest, store: Store, model_server: ModelServer
) -> None:
    quota = {"code": "insufficient_quota", "message": "Pay!"}
    model_server.script["features"] = [Reply(status=429, error=quota)]
    submit(app.run())
    (idea,) = store.ideas(limit=9)
    eventually(lambda: "quota exceeded" in texts(app.run()))
    eventually(lambda: len(store.results([idea.id])) == 1)
    assert buttons(app.run()) == ["retry-features"]

    app.button(key="retry-features").click().run()
    eventually(lambda: "Must have" in texts(app.run()))
    assert [model_server.asked(job) for job in JOBS] == [1, 2]


def test_the_ticks_run_out_and_a_retry_starts_a_new_round(
    app: AppTest, store: Store, model_server: ModelServer
) -> None:
    model_server.gate.clear()
    submit(app.run())
    (idea,) = store.ideas(limit=9)
    app.session_state[f"tick-{idea.id}-0"] = 23
    assert "taking longer" not in texts(app.run())
    app.session_state[f"tick-{idea.id}-0"] = 24
    assert "taking longer" in texts(app.run())
    assert buttons(app) == ["retry-competitors", "retry-features"]

    app.button(key="retry-competitors").click().run()
    assert "taking longer" not in texts(app)
    assert app.session_state.waiting_round == 1
    assert model_server.asked("competitors") <= 1

    # Rows beat the clock, also on the last tick.
    app.session_state[f"tick-{idea.id}-1"] = 24
    model_server.gate.set()
    eventually(lambda: len(store.results([idea.id])) == 2)
    assert "Must have" in texts(app.run())
    assert not app.button


def test_an_interrupted_job_can_be_retried(app: AppTest, store: Store) -> None:
    idea = store.add_idea(an_idea(created_at=now() - timedelta(days=1)))[0]
    workspace(app, idea.id)
    assert texts(app).count("This was interrupted") == 2
    assert buttons(app) == ["retry-competitors", "retry-features"]


def test_finding_nothing_is_said(app: AppTest, store: Store) -> None:
    idea = store.add_idea(an_idea())[0]
    for job in JOBS.values():
        store.save(job, idea.id, Answer([], PROVENANCE), 0)
    workspace(app, idea.id)
    assert texts(app).count("The model found none.") == len(JOBS)
    assert "Searched the web for: salon apps" in texts(app)
    assert not app.button


INVENTED = "https://invented.example"
KINDS = "Kinds of alternatives, from a small local model."


@pytest.mark.parametrize(
    ("provenance", "heading", "said"),
    [
        (PROVENANCE, f"#### [Hair & co](<{INVENTED}>)", "Searched the web for: salon apps"),
        (Provenance("server at x", "m", 1, 2), "q=Hair+%26+co>", "not checked on the web"),
        (Provenance(EMBEDDED, "m", 1, 2), "q=Hair+%26+co>", KINDS),
    ],
    ids=["searched", "from memory", "small model"],
)
def test_only_who_searched_gives_addresses_the_others_a_search(
    app: AppTest, store: Store, provenance: Provenance, heading: str, said: str
) -> None:
    idea = store.add_idea(an_idea())[0]
    found = CompetitorFields(
        name="Hair & co",
        kind="direct",
        what="Books salons",
        strengths=[],
        weaknesses=[],
        url=INVENTED,
        sources=[INVENTED],
    )
    store.save(JOBS["competitors"], idea.id, Answer([found], provenance), 0)
    workspace(app, idea.id)
    shown = texts(app)
    assert heading in shown
    assert said in shown
    assert ("invented.example" in shown) is (provenance is PROVENANCE)


def test_a_kind_of_alternatives_leads_to_its_own_search(app: AppTest, store: Store) -> None:
    idea = store.add_idea(an_idea())[0]
    found = CompetitorFields(
        name="Hair clubs", kind="habit", what="w", strengths=[], weaknesses=[], search="hair club"
    )
    store.save(JOBS["competitors"], idea.id, Answer([found], Provenance(EMBEDDED, "m", 1, 2)), 0)
    workspace(app, idea.id)
    assert texts(app).count("q=hair+club>") == 2  # its name, and the words themselves
    assert "[hair club](<https://" in texts(app)


@pytest.mark.parametrize("idea_id", ["", "nonsense", "0" * 32])
def test_an_unknown_idea_has_a_way_home(app: AppTest, idea_id: str) -> None:
    workspace(app, idea_id)
    assert "There is no idea at this address." in texts(app)
    assert not app.exception


def test_no_ideas_yet(app: AppTest) -> None:
    app.run().switch_page("pages/ideas.py").run()
    assert "None yet." in texts(app)


def test_the_ideas_come_in_pages(app: AppTest, store: Store) -> None:
    for number in range(IDEAS_PER_PAGE + 1):
        made = now() - timedelta(minutes=number)
        store.add_idea(an_idea(name=f"Idea {number}", created_at=made))
    app.run().switch_page("pages/ideas.py").run()
    assert texts(app).count("Competitors: ") == IDEAS_PER_PAGE
    app.session_state["page"] = 2
    assert texts(app.run()).count("Competitors: ") == 1


def test_a_database_that_is_gone_is_told(
    app: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDEARC_DATABASE_URL", "sqlite:////proc/none/idearc.db")
    app.run()
    assert "Check IDEARC_DATABASE_URL" in texts(app)
    assert not app.exception
