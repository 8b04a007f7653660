"""Each page's branches, run by Streamlit without a browser."""

import json
import re
import sqlite3
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from conftest import TEXT, an_idea, example_findings
from model_server import ModelServer, Reply
from sqlalchemy import Engine, event
from streamlit import config
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.testing.v1 import AppTest
from test_core import eventually

from idearc.core import IDEAS_PER_PAGE
from idearc.jobs import JOBS
from idearc.jobs.competitors import CompetitorFields
from idearc.jobs.features import FeatureFields
from idearc.markdown import search_url
from idearc.models import now
from idearc.providers import EMBEDDED, Answer, Provenance
from idearc.store import Store
from idearc.views import competitors
from idearc.views.competitors import KNOWN, NOT_CONFIRMED, SEEN

APP = Path(__file__).parent.parent / "app.py"
START = datetime(2026, 1, 1, tzinfo=UTC)
COMPONENTS = BidiComponentManager()
PROVENANCE = Provenance("OpenAI", "example-model", 1, 2, ["salon apps"], ["https://a.com"])


def an_app() -> AppTest:
    app = AppTest.from_file(APP, default_timeout=60)
    # Else each looks through all packages that are installed for components, for 0.2 s.
    app._bidi_component_manager = COMPONENTS
    return app


@pytest.fixture
def app(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("OPENAI_BASE_URL", model_server.url)
    return an_app()


def texts(app: AppTest) -> str:
    kinds = (app.title, app.header, app.subheader, app.markdown, app.caption, app.text)
    boxes = (app.info, app.warning, app.error)
    shown = [str(element.value) for kind in (*kinds, *boxes) for element in kind]
    shown += [box.label for box in app.checkbox]
    shown += [*tabs(app), *(component.json for component in on_screen(app))]
    return re.sub(r"\\(.)", r"\1", "\n".join(shown))  # without the escapes of `plain`


def submit(app: AppTest, text: str = TEXT) -> AppTest:
    app.text_area[0].set_value(text)
    return app.button[0].click().run()


def workspace(app: AppTest, idea_id: str) -> AppTest:
    app.run()
    app.query_params["idea"] = idea_id
    return app.switch_page("pages/workspace.py").run()


def on_screen(app: AppTest) -> list[Any]:
    """Our own components, but for the one that only prints."""
    there = [element.proto for element in app.get("bidi_component")]
    return [component for component in there if "printed" not in component.component_name]


def tabs(app: AppTest) -> list[str]:
    shown = [json.loads(component.json) for component in on_screen(app)]
    return [label for data in shown if isinstance(data, list) for label in data[0].values()]


def open_tab(app: AppTest, name: str) -> AppTest:
    app.query_params["tab"] = name
    return app.run()


def retry_buttons(app: AppTest) -> list[Any]:
    return [one for one in on_screen(app) if "-retry-" in one.id]


def retries(app: AppTest) -> list[str]:
    """The jobs that can be tried again."""
    return [button.id.rpartition("-")[2] for button in retry_buttons(app)]


def try_again(app: AppTest) -> AppTest:
    (button,) = retry_buttons(app)
    return click(app, button)


def click(app: AppTest, button: Any) -> AppTest:
    return tell(app, button, json.dumps({"clicks": json.loads(button.json)["clicks"] + 1}))


def tell(app: AppTest, component: Any, state: str) -> AppTest:
    """As the browser does, where there is one."""
    states = app._tree.get_widget_states()
    states.widgets.add(id=component.id, json_value=state)
    return app._run(states)


def test_without_a_key_the_form_says_who_answers_and_how_to_change_it() -> None:
    app = an_app().run()
    shown = texts(app)
    assert "A small model on this machine answers." in shown
    assert "OPENAI_API_KEY" in shown  # the README's section
    assert "OPENAI_BASE_URL" in shown
    assert not app.button[0].disabled


def test_with_a_server_the_form_has_nothing_to_say_of_models(app: AppTest) -> None:
    assert "A small model" not in texts(app.run())


def test_a_wrong_setting_is_told_in_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDEARC_MAX_JOBS", "many")
    app = an_app().run()
    assert "IDEARC_MAX_JOBS='many' can't be used" in texts(app)
    assert not app.exception


@pytest.mark.parametrize("address", ["0.0.0.0", None, "192.168.1.2", "::", "ideas.example.com"])
def test_where_others_reach_it_nobody_is_let_in_by_default(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, address: str | None
) -> None:
    config.set_option("server.address", address)
    try:
        shown = texts(app.run())
        assert f"It listens on {address or 'all addresses'}, where others may reach it" in shown
        assert "[auth]" in shown
        assert "IDEARC_ALLOW_ANONYMOUS=1" in shown
        assert not app.text_area
    finally:
        config.set_option("server.address", "localhost")


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_this_machine_is_let_in(app: AppTest, address: str) -> None:
    config.set_option("server.address", address)
    try:
        assert app.run().text_area
    finally:
        config.set_option("server.address", "localhost")


def test_a_good_idea_leads_to_its_workspace(
    app: AppTest, store: Store, model_server: ModelServer
) -> None:
    model_server.gate.clear()
    submit(app.run())
    (idea,) = store.ideas(limit=9)
    assert app.query_params["idea"] == idea.id
    for name, job in JOBS.items():
        assert f"{job.label} · working" in tabs(app)
        assert f'"doing": "{job.doing}"' in texts(open_tab(app, name))
    assert not app.button

    model_server.gate.set()
    eventually(lambda: len(store.results([idea.id])) == len(JOBS))
    for name, job in JOBS.items():
        shown = texts(open_tab(app, name))
        assert f"{job.label} · {len(example_findings(job))}" in tabs(app)
        assert all(getattr(found, "name") in shown for found in example_findings(job))  # noqa: B009
        assert "example-model · server at 127.0.0.1" in shown
        assert "120 tokens" in shown
    assert not app.exception


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
    late = an_app().run()
    late.session_state.form_token = token
    submit(late)
    assert store.count_ideas() == 1
    assert late.query_params["idea"] == app.query_params["idea"]


def test_a_message_of_the_workspace_that_runs_the_form_does_not_bring_it_back(
    app: AppTest,
) -> None:
    submit(app.run())
    address = app.query_params["idea"]
    app.query_params["idea"] = address
    app.switch_page("pages/new_idea.py").run()
    assert not app.text_area
    assert len(tabs(app)) == len(JOBS)
    for other in ("", "another"):
        app.query_params["idea"] = other
        assert app.switch_page("pages/new_idea.py").run().text_area


@pytest.mark.parametrize("name", JOBS)
def test_a_failed_job_shows_its_reason_and_is_retried_alone(
    app: AppTest, store: Store, model_server: ModelServer, name: str
) -> None:
    quota = {"code": "insufficient_quota", "message": "Pay!"}
    model_server.script[name] = [Reply(status=429, error=quota)]
    submit(app.run())
    open_tab(app, name)
    (idea,) = store.ideas(limit=9)
    eventually(lambda: "quota exceeded" in texts(app.run()))
    eventually(lambda: len(store.results([idea.id])) == len(JOBS) - 1)
    assert f"{JOBS[name].label} · failed" in tabs(app.run())
    for other in JOBS:
        assert retries(open_tab(app, other)) == ([name] if other == name else [])

    try_again(open_tab(app, name))
    eventually(lambda: "example-model" in texts(app.run()))
    assert {job: model_server.asked(job) for job in JOBS} == {**dict.fromkeys(JOBS, 1), name: 2}


JUNK = [None, True, "1", -1, 1e99, [[]], ["features"], ["nonsense", 0], ["features", "0"], {}]


def test_what_a_browser_tells_can_be_anything(
    app: AppTest, model_server: ModelServer, store: Store
) -> None:
    idea = store.add_idea(an_idea(created_at=START))[0]
    workspace(app, idea.id)
    for component in on_screen(app):
        for state in [*({"clicks": junk, "open": junk} for junk in JUNK), [], 1]:
            tell(app, component, json.dumps(state))
            assert not app.exception
            assert retries(app) == ["competitors"]
    assert not model_server.requests


def test_the_ticks_run_out_and_a_retry_starts_a_new_round(
    app: AppTest, store: Store, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDEARC_TICK_SECONDS", "0.1")
    model_server.gate.clear()
    submit(app.run())
    time.sleep(24 * 0.1)
    (idea,) = store.ideas(limit=9)
    app.session_state[f"tick-{idea.key}-0"] = 23
    assert "taking longer" not in texts(app.run())
    app.session_state[f"tick-{idea.key}-0"] = 24
    assert "taking longer" in texts(app.run())
    assert retries(app) == ["competitors"]
    assert all(label.endswith("taking longer") for label in tabs(app))

    try_again(app)
    assert "taking longer" not in texts(app)
    assert app.session_state.waiting_round == 1
    assert model_server.asked("competitors") <= 1

    # Rows beat the clock, also on the last tick.
    app.session_state[f"tick-{idea.key}-1"] = 24
    model_server.gate.set()
    eventually(lambda: len(store.results([idea.id])) == len(JOBS))
    assert "example-model" in texts(app.run())
    assert not retries(app)


def test_a_retry_in_another_tab_starts_a_new_round_too(
    app: AppTest, store: Store, model_server: ModelServer
) -> None:
    model_server.always["competitors"] = Reply(status=401)
    submit(app.run())
    (idea,) = store.ideas(limit=9)
    eventually(lambda: f"{JOBS['competitors'].label} · failed" in tabs(app.run()))
    app.session_state[f"tick-{idea.key}-0"] = 24

    model_server.gate.clear()
    try_again(workspace(an_app(), idea.id))
    assert f"{JOBS['competitors'].label} · working" in tabs(app.run())
    assert app.session_state.waiting_round == 1
    assert not app.exception


def test_a_page_that_waits_asks_the_database_three_times(app: AppTest, store: Store) -> None:
    idea = store.add_idea(an_idea())[0]
    workspace(app, idea.id)
    asked: list[str] = []

    @event.listens_for(Engine, "before_cursor_execute")
    def remember(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if threading.current_thread().name != "idearc-watcher":
            asked.append(statement)

    app.run()
    event.remove(Engine, "before_cursor_execute", remember)
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 3


def test_an_interrupted_job_can_be_retried(app: AppTest, store: Store) -> None:
    idea = store.add_idea(an_idea(created_at=now() - timedelta(days=1)))[0]
    workspace(app, idea.id)
    for name, job in JOBS.items():
        assert f"{job.label} · interrupted" in tabs(app)
        assert "This was interrupted" in texts(open_tab(app, name))
        assert retries(app) == [name]


def test_finding_nothing_is_said(app: AppTest, store: Store) -> None:
    idea = store.add_idea(an_idea())[0]
    for job in JOBS.values():
        store.save(job, idea.id, Answer([], PROVENANCE), 0)
    workspace(app, idea.id)
    for name, job in JOBS.items():
        assert f"{job.label} · none" in tabs(app)
        shown = texts(open_tab(app, name))
        assert job.nothing in shown
        assert "Searched for: salon apps." in shown
        assert not retries(app)


def stored(
    store: Store, job_name: str, provenance: Provenance, *found: object, **idea: object
) -> str:
    """The id of an idea with these findings of a job."""
    idea_id = store.add_idea(an_idea(**idea))[0].id
    assert store.save(JOBS[job_name], idea_id, Answer(found, provenance), 2)
    return idea_id


def a_competitor(name: str = "Hair & co", **fields: object) -> CompetitorFields:
    usual = {"kind": "direct", "what": "Books salons", "strengths": [], "weaknesses": []}
    return CompetitorFields(**{**usual, "name": name, **fields})


SEARCH = "[Hair & co](<https://duckduckgo.com/?q=Hair+%26+co>)"
FOUND = "https://www.hairco.example/prices?utm_source=openai"
KINDS = "Kinds of alternatives, from a small local model."


@pytest.mark.parametrize(
    ("url", "sources", "badge", "heading"),
    [
        ("https://hairco.example", [], SEEN, "[Hair & co](<https://hairco.example>)"),
        ("http://hairco.example/prices", [], SEEN, "[Hair & co](<http://hairco.example/prices>)"),
        # A page that the search did not return may be invented, its site is not.
        ("https://shop.hairco.example/a", [], SEEN, SEARCH),
        ("https://hairco.example/?affiliate=1", [], SEEN, SEARCH),
        ("https://invented.example", [], NOT_CONFIRMED, SEARCH),
        ("https://invented.example", ["https://hairco.example/other"], NOT_CONFIRMED, SEARCH),
        ("", ["http://hairco.example/prices/"], SEEN, SEARCH),
        ("https://evil.example/?u=hairco.example", [], NOT_CONFIRMED, SEARCH),
        ("https://hairco.example.evil.example", [], NOT_CONFIRMED, SEARCH),
        ("https://nothairco.example", [], NOT_CONFIRMED, SEARCH),
        ("https://hairco.example@evil.example", [], NOT_CONFIRMED, SEARCH),
        ("https://evil.example&sol;.hairco.example", [], NOT_CONFIRMED, SEARCH),
        ("javascript:alert('hairco.example')", ["hairco.example"], NOT_CONFIRMED, SEARCH),
    ],
)
def test_a_badge_says_what_the_search_supports(
    app: AppTest, store: Store, url: str, sources: list[str], badge: str, heading: str
) -> None:
    searched = Provenance("OpenAI", "m", 1, 2, ["salon apps"], [FOUND])
    found = a_competitor(url=url, sources=sources)
    workspace(app, stored(store, "competitors", searched, found))
    shown = texts(app)
    assert heading in shown
    assert f"badge[{badge}]" in shown
    assert shown.count("-badge[") == 2  # its kind, and this one
    (table,) = app.dataframe
    assert list(table.value["Badges"]) == [[badge]]
    assert list(table.value["Name"]) == ["Hair & co"]
    # Its own address where that was returned, else a search, which the cell says.
    own = "" if heading == SEARCH else url
    assert list(table.value["Link"]) == [own or f"{search_url('Hair & co')}#search"]
    # A source that the search did not return is no link, and what is no address is not shown.
    assert ("hairco.example (not in the search)" in shown) is ("/other" in str(sources))
    assert "Searched the web for: salon apps" in shown
    assert f"](<{FOUND}>)" in shown  # the pages that it returned


@pytest.mark.parametrize(
    ("provenance", "said"),
    [
        (Provenance("server at x", "m", 1, 2), "not checked on the web"),
        (Provenance(EMBEDDED, "m", 1, 2), KINDS),
    ],
    ids=["from memory", "small model"],
)
def test_without_a_search_nothing_is_confirmed_and_no_address_shown(
    app: AppTest, store: Store, provenance: Provenance, said: str
) -> None:
    found = a_competitor(url=FOUND, sources=[FOUND])
    workspace(app, stored(store, "competitors", provenance, found))
    shown = texts(app)
    assert SEARCH in shown
    assert said in shown
    assert "hairco.example" not in shown
    assert shown.count("-badge[") == 1  # its kind
    assert not app.dataframe  # it would say what the card says


def test_finding_nothing_without_a_search_says_so(app: AppTest, store: Store) -> None:
    idea_id = stored(store, "competitors", Provenance("server at x", "m", 1, 2))
    assert "not checked on the web." in texts(workspace(app, idea_id))  # and no name leads on


def test_more_cards_than_a_glance_takes_in_have_a_table(app: AppTest, store: Store) -> None:
    found = [a_competitor(f"Hair {number}") for number in range(7)]
    workspace(app, stored(store, "competitors", Provenance("server at x", "m", 1, 2), *found))
    assert [box.label for box in app.expander] == ["As a table"]
    assert list(app.dataframe[0].value.columns) == ["Name", "Link", "Kind", "What it does"]
    assert {cell(address) for address in app.dataframe[0].value["Link"]} == {"search"}


def cell(address: str) -> str:
    """What the table's column of links shows of it."""
    match = re.search(competitors._HOST, address)
    assert match
    return match[1]


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://www.hairco.example/prices?x=1#search", "hairco.example"),
        (f"{search_url('salon')}#search", "search"),
        ("https://duckduckgo.com/about", "duckduckgo.com"),
        ("https://search", "search"),
    ],
)
def test_a_link_in_the_table_says_where_it_leads(address: str, shown: str) -> None:
    assert cell(address) == shown


def test_a_cell_is_no_formula_in_a_spreadsheet(app: AppTest, store: Store) -> None:
    formulas = ["=1+1", "+1", "-1", "@A1"]
    found = [a_competitor(str(number), pricing=one) for number, one in enumerate(formulas)]
    workspace(app, stored(store, "competitors", PROVENANCE, *found))
    assert list(app.dataframe[0].value["Pricing"]) == [f"\u2060{one}" for one in formulas]


def test_a_kind_of_alternatives_leads_to_its_own_search(app: AppTest, store: Store) -> None:
    found = a_competitor("Hair clubs", kind="habit", search="hair club")
    workspace(app, stored(store, "competitors", Provenance(EMBEDDED, "m", 1, 2), found))
    assert texts(app).count("q=hair+club>") == 2  # its name, and the words themselves
    assert "[hair club](<https://" in texts(app)


def test_a_competitor_that_the_visitor_knows_is_marked(app: AppTest, store: Store) -> None:
    idea_id = stored(store, "competitors", PROVENANCE, a_competitor(), known=["Fresh", "hair-&-CO"])
    workspace(app, idea_id)
    assert f"badge[{KNOWN}]" in texts(app)
    assert "You know: Fresh, hair-&-CO" in texts(app)
    assert "Not found: [Fresh](<https://duckduckgo.com/?q=Fresh>)" in texts(app)


def test_of_kinds_no_name_is_missing(app: AppTest, store: Store) -> None:
    found = a_competitor("Hair clubs", kind="habit")
    workspace(app, stored(store, "competitors", PROVENANCE, found, known=["Fresh"]))
    assert "Not found" not in texts(app)


def test_a_long_list_is_folded_and_a_long_text_too(app: AppTest, store: Store) -> None:
    many = [a_competitor(f"Hair {number}", what="x" * 20_000) for number in range(30)]
    workspace(app, stored(store, "competitors", PROVENANCE, *many))
    assert [box.label for box in app.expander] == [
        "20 more",
        "As a table",
        "Pages that the search returned: 1",
    ]
    assert max(len(text.value) for text in (*app.text, *app.markdown)) < 500
    assert sum("x" * 20_000 in component.json for component in on_screen(app)) == 30
    assert len(app.dataframe[0].value) == 30


FEATURE = FeatureFields(name="Maps", what="Shows salons", why="", priority="should", effort="S")


def test_a_feature_is_ticked_in_and_out_for_good(app: AppTest, store: Store) -> None:
    must = FEATURE.model_copy(update={"name": "Chat", "priority": "must", "weakness": "Calls"})
    idea_id = stored(store, "features", PROVENANCE, must, FEATURE)
    open_tab(workspace(app, idea_id), "features")
    assert [box.value for box in app.checkbox] == [True, False]  # until it is touched
    assert "First version: 1 of 2" in texts(app)
    assert "Today: Calls" in texts(app)

    app.checkbox[1].check().run()
    app.checkbox[0].uncheck().run()
    app.checkbox[0].check().run()
    assert "First version: 2 of 2" in texts(app)
    reloaded = an_app()
    open_tab(workspace(reloaded, idea_id), "features")
    assert [box.value for box in reloaded.checkbox] == [True, True]

    # What was ticked elsewhere is seen here too.
    reloaded.checkbox[0].uncheck().run()
    assert [box.value for box in app.run().checkbox] == [False, True]


def in_picture(app: AppTest) -> dict[str, tuple[str, str, bool]]:
    """Row, column and fill of each name that the picture shows."""
    (chart,) = app.get("vega_lite_chart")
    chips = pyarrow.ipc.open_stream(chart.proto.data.data).read_all().to_pylist()
    return {chip["name"]: (chip["row"], chip["column"], chip["is_filled"]) for chip in chips}


@pytest.mark.parametrize(("effort", "has_start"), [("S", True), ("M", False)])
def test_the_picture_of_features_says_where_to_start(
    app: AppTest, store: Store, effort: str, has_start: bool
) -> None:
    must = FEATURE.model_copy(update={"name": "Chat", "priority": "must", "effort": effort})
    workspace(app, stored(store, "features", PROVENANCE, must, FEATURE))
    open_tab(app, "features")
    assert in_picture(app) == {
        "Chat": ("Must have", {"S": "Small", "M": "Medium"}[effort], True),
        "Maps": ("Should have", "Small", False),
    }
    assert ("Start here: at the top left" in texts(app)) is has_start
    app.checkbox[0].uncheck().run()
    assert not in_picture(app)["Chat"][-1]


def test_a_tick_that_cant_be_kept_is_told(app: AppTest, store: Store, tmp_path: Path) -> None:
    idea_id = stored(store, "features", PROVENANCE, FEATURE)
    open_tab(workspace(app, idea_id), "features")
    with closing(sqlite3.connect(tmp_path / "idearc.db")) as database:
        refuse = "CREATE TRIGGER full BEFORE INSERT ON choice BEGIN SELECT RAISE(FAIL, 'full'); END"
        database.execute(refuse)
    app.checkbox[0].check().run()
    assert "The database can't be used" in texts(app)
    assert not app.exception
    assert [box.value for box in app.checkbox] == [False]  # what is kept, in a page that is there


def test_a_retry_without_a_database_is_told(app: AppTest, store: Store, tmp_path: Path) -> None:
    idea = store.add_idea(an_idea(created_at=START))[0]
    workspace(app, idea.id)
    with closing(sqlite3.connect(tmp_path / "idearc.db")) as database:
        database.execute("ALTER TABLE idea RENAME TO away")
    try_again(app)
    assert "The database can't be used" in texts(app)
    assert not app.exception


def test_how_long_a_job_took_lately_is_said(
    app: AppTest, store: Store, model_server: ModelServer
) -> None:
    older = Provenance("OpenAI", "older-model", 1, 2)
    for seconds in (90, 95, 100, 3, 18, 22, 21, 400):
        idea_id = store.add_idea(an_idea())[0].id
        answer = Answer([], older if 90 <= seconds <= 100 else PROVENANCE)
        store.save(JOBS["competitors"], idea_id, answer, seconds)
    model_server.gate.clear()
    submit(app.run())
    assert '"usual": "usually about 20 s"' in texts(app)
    assert '"usual": ""' in texts(open_tab(app, "features"))


@pytest.mark.parametrize(
    ("name", "text", "is_named"),
    [
        ("Salons", TEXT, True),
        ("Owners of small hair…", TEXT, False),
        ("A salon app", "A salon app", False),
        ("A salon app", "A\nsalon  app", False),
        ("A salon…", "A\n\nsalon app", False),
        ("…", TEXT, True),
        ("Own", TEXT, True),
    ],
)
def test_an_idea_without_a_name_is_headed_by_its_whole_text(
    app: AppTest, store: Store, name: str, text: str, is_named: bool
) -> None:
    """Its first words are the title for the ear alone: see test_browser."""
    idea = store.add_idea(an_idea(name=name, text=text))[0]
    workspace(app, idea.id)
    assert app.title[0].value.replace("\\", "") == name
    drawn = [json.loads(component.json) for component in on_screen(app)]
    (folded,) = [shown for shown in drawn if "isHeading" in shown]
    assert folded == {"text": text, "isHeading": not is_named}


BAD_IDS = ["", "0" * 32, "' OR 1=1 --" * 9_000]  # more of them in test_core


@pytest.mark.parametrize("idea_id", BAD_IDS)
@pytest.mark.parametrize(
    ("page", "parameter", "said"),
    [
        ("workspace", "idea", "There is no idea at this address."),
        ("compare", "idea", "There is no idea at this address."),
        ("shared", "link", "Nothing is shared by this link."),
        ("new_idea", "refine", "There is no idea at this address."),
    ],
)
def test_an_unknown_idea_has_a_way_home(
    app: AppTest, store: Store, page: str, parameter: str, said: str, idea_id: str
) -> None:
    store.add_idea(an_idea())
    app.run()
    app.query_params[parameter] = idea_id
    app.switch_page(f"pages/{page}.py").run()
    is_form = page == "new_idea" and not idea_id
    assert (said in texts(app)) != is_form
    assert "Salon gaps" not in texts(app)
    assert not app.exception


def test_no_ideas_yet(app: AppTest) -> None:
    app.run().switch_page("pages/ideas.py").run()
    assert "None yet." in texts(app)


def test_the_ideas_come_in_pages(app: AppTest, store: Store) -> None:
    for number in range(IDEAS_PER_PAGE + 1):
        made = now() - timedelta(minutes=number)
        store.add_idea(an_idea(name=f"Idea {number}", created_at=made))
    app.run().switch_page("pages/ideas.py").run()
    assert len(app.get("page_link")) == IDEAS_PER_PAGE + 2  # of the frame
    app.session_state["page"] = 2
    assert len(app.run().get("page_link")) == 1 + 2
    app.text_input[0].set_value("idea").run()
    assert app.session_state["page"] == 1  # of what is found, the first page first


def test_the_list_says_what_is_there_and_what_is_not(app: AppTest, store: Store) -> None:
    stored(store, "competitors", PROVENANCE, a_competitor(), name="Old", created_at=START)
    app.run().switch_page("pages/ideas.py").run()
    assert "1 competitor :orange-badge[Features: interrupted]" in texts(app)


def test_the_list_is_searched(app: AppTest, store: Store) -> None:
    store.add_idea(an_idea(name="Bäckerei", text="Bread before sunrise, 100% rye."))
    store.add_idea(an_idea(name="Bakery", text="Bread before sunrise."))
    app.run().switch_page("pages/ideas.py").run()
    for words, names in {
        "SUNRISE bread": ["Bakery", "Bäckerei"],
        "bäckerei": ["Bäckerei"],
        "BÄCKEREI bread": ["Bäckerei"],
        "100%": ["Bäckerei"],
        "%": ["Bäckerei"],
        "_": [],
    }.items():
        app.text_input[0].set_value(words).run()
        links = [link.proto.label for link in app.get("page_link")[2:]]
        assert [label.replace("\\", "") for label in links] == names
    assert "No idea holds “_”." in texts(app)


def test_the_form_holds_what_is_refined(app: AppTest, store: Store) -> None:
    named = store.add_idea(an_idea(name="Salon gaps", known=["Booksy", "Acme, Inc."]))[0]
    app.query_params["refine"] = named.id
    app.run()
    assert "Refine your idea" in texts(app)
    text, known = app.text_area
    name = app.text_input[0]
    assert (text.value, name.value, known.value) == (TEXT, "Salon gaps", "Booksy\nAcme, Inc.")
    submit(app, f"{TEXT} Stylists, too.")
    first, second = store.versions(named.line_id)
    assert (second.text, second.name) == (f"{TEXT} Stylists, too.", "Salon gaps")
    assert (second.version, second.parent_version, second.known) == (2, 1, named.known)
    assert first == named


def test_a_name_that_only_was_the_beginning_is_not_kept_for_the_next(
    app: AppTest, store: Store
) -> None:
    unnamed = store.add_idea(an_idea(name="Owners of small hair…"))[0]
    app.query_params["refine"] = unnamed.id
    assert app.run().text_input[0].value == ""


def test_what_cant_be_refined_is_said(app: AppTest) -> None:
    app.query_params["refine"] = "unknown"
    assert "There is no idea at this address." in texts(app.run())
    assert len(app.text_area) == 0


def test_what_was_typed_is_kept_when_the_parent_is_deleted_meanwhile(
    app: AppTest, store: Store
) -> None:
    first = store.add_idea(an_idea())[0]
    app.query_params["refine"] = first.id
    app.run()
    store.delete_idea(first.id)
    submit(app, f"{TEXT} Much more.")
    (kept,) = store.ideas(limit=9)
    assert (kept.text, kept.version, kept.parent_version) == (f"{TEXT} Much more.", 2, 1)
    assert "Version 2, refined from 1" in texts(app)


def test_a_new_idea_begins_without_what_was_typed_for_another(app: AppTest, store: Store) -> None:
    first = store.add_idea(an_idea(name="Owners of small hair…"))[0]
    app.query_params["refine"] = first.id
    app.run().text_input[0].set_value("Typed")
    submit(app, "short")
    assert app.text_input[0].value == "Typed"
    del app.query_params["refine"]
    assert app.run().text_input[0].value == ""
    assert app.text_area[0].value == ""


def test_a_version_that_is_left_alone_is_compared_with_nothing(store: Store) -> None:
    assert "There is no other version" in texts(compared(store.add_idea(an_idea())[0].id))


def compared(idea_id: str) -> AppTest:
    app = an_app().run()
    app.query_params["idea"] = idea_id
    return app.switch_page("pages/compare.py").run()


def test_two_versions_are_compared_job_by_job(store: Store) -> None:
    first = stored(store, "competitors", PROVENANCE, a_competitor(name="Booksy"))
    second = stored(
        store,
        "competitors",
        PROVENANCE,
        a_competitor(name="booksy.com"),
        a_competitor(name="![x](http://evil.example/x.png)", what="New here."),
        line_id=store.idea(first).line_id,
        parent_version=1,
    )
    app = compared(second)
    said = texts(app)
    assert "New: 1" in said
    assert "**![x](http:\u2060//evil.example/x.png)**" in said
    assert "New here." in said
    assert "Kept: 1" in said
    assert "Gone: 0" in said
    assert "Version 1 has none: working. Version 2 has none: working." in said
    assert [box.value for box in app.selectbox] == [1, 2]
    app.selectbox[0].set_value(2).run()
    assert "Kept: 2" in texts(app)


def test_at_first_it_is_compared_with_what_it_was_refined_from(store: Store) -> None:
    first = store.add_idea(an_idea())[0]
    made = [
        store.add_idea(an_idea(line_id=first.line_id, parent_version=parent))[0]
        for parent in (1, 1, 2)
    ]
    shown = {}
    for idea in (first, *made):
        shown[idea.version] = [box.value for box in compared(idea.id).selectbox]
    assert shown == {1: [1, 2], 2: [1, 2], 3: [1, 3], 4: [2, 4]}
    store.delete_idea(made[0].id)
    assert [box.value for box in compared(made[2].id).selectbox] == [3, 4]


def test_the_list_tells_versions_apart(app: AppTest, store: Store) -> None:
    first = store.add_idea(an_idea())[0]
    store.add_idea(an_idea(line_id=first.line_id, parent_version=1))
    store.add_idea(an_idea())
    said = texts(app.run().switch_page("pages/ideas.py").run())
    assert said.count("Version") == 2
    assert "Version 1 ·" in said
    assert "Version 2, refined from 1 ·" in said


def test_a_database_that_is_gone_is_told(
    app: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDEARC_DATABASE_URL", "sqlite:////proc/none/idearc.db")
    app.run()
    assert "Check IDEARC_DATABASE_URL" in texts(app)
    assert not app.exception
