"""A search of Idearc's own, from the tick in the form to the sentence on the card."""

import json
import threading

import pytest
from conftest import API_KEY, TEXT, an_idea, quiet
from model_server import ModelServer, Reply
from search_server import HITS, SearchServer, entry
from streamlit.testing.v1 import AppTest
from temporal_server import worker_here
from test_core import eventually
from test_pages import an_app, submit, texts, workspace

from idearc.bootstrap import build, build_provider, build_searcher
from idearc.core import Idearc
from idearc.errors import SearchError
from idearc.export.report import markdown, report
from idearc.jobs import JOBS
from idearc.models import Result, new_id
from idearc.preview import Preview
from idearc.providers.compatible import CompatibleProvider
from idearc.run import run_job
from idearc.settings import read_settings
from idearc.snapshot import read, write
from idearc.store import Store
from idearc.web import Hit

COMPETITORS, FEATURES = JOBS["competitors"], JOBS["features"]
PHRASES = ["Product 1", "Comparison 1", "English 1"]  # of the model's server's usual answer


@pytest.fixture(autouse=True)
def _servers(
    search_server: SearchServer, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = [entry("Gapfill", 1), entry("Chairly", 2), entry("From Memory")]
    model_server.always["competitors"] = Reply(json.dumps({"competitors": named}))
    monkeypatch.setenv("OPENAI_BASE_URL", model_server.url)
    monkeypatch.setenv("IDEARC_SEARCH", search_server.url)


@pytest.fixture
def provider(model_server: ModelServer) -> CompatibleProvider:
    return CompatibleProvider(
        base_url=model_server.url, api_key=None, model="m", timeout_seconds=20
    )


@pytest.fixture
def idearc() -> Idearc:
    return build(read_settings())


def found(store: Store, idea_id: str) -> Result:
    eventually(lambda: len(store.results([idea_id])) == len(JOBS))
    return store.results([idea_id])[idea_id, "competitors"][0]


def test_who_wants_it_gets_names_with_the_sentences_that_prove_them(
    idearc: Idearc, store: Store, search_server: SearchServer, model_server: ModelServer
) -> None:
    idea_id = idearc.submit("Salon gaps", TEXT, new_id(), search_web=True)
    result = found(store, idea_id)
    assert result.searched == search_server.phrases == PHRASES
    assert result.pages == [hit.url for hit in HITS]
    assert (result.search_failure, result.is_researched) == ("", True)
    assert result.input_tokens == 200  # of two answers
    gapfill, chairly, memory = store.findings(COMPETITORS, idea_id)
    assert gapfill.evidence in HITS[0].text
    assert gapfill.sources == [gapfill.url] == [HITS[0].url]
    assert chairly.evidence in HITS[1].text
    assert (memory.evidence, memory.sources, memory.url) == ("", [], "")
    assert [request.job for request in model_server.requests if request.job != "features"] == [
        *("phrases", "competitors")
    ]


def test_phrases_are_all_that_leaves_and_a_second_hit_of_the_kind_is_not_sent(
    idearc: Idearc, store: Store, search_server: SearchServer
) -> None:
    for _ in range(2):
        found(store, idearc.submit("Salon gaps", TEXT, new_id(), search_web=True))
    assert search_server.phrases == PHRASES  # kept for an hour
    assert TEXT not in " ".join(search_server.phrases)


def test_without_the_tick_nothing_is_searched_and_asked_as_before(
    idearc: Idearc, store: Store, search_server: SearchServer, model_server: ModelServer
) -> None:
    result = found(store, idearc.submit("Salon gaps", TEXT, new_id()))
    assert (result.searched, result.pages, result.search_failure) == ([], [], "")
    assert search_server.phrases == []
    assert sorted(request.job for request in model_server.requests) == ["competitors", "features"]


@pytest.mark.parametrize(
    ("status", "hits", "reason"),
    [(403, HITS, "settings.yml"), (200, [], "found nothing; perhaps the search engines refuse")],
)
def test_a_search_that_fails_is_said_and_no_more(
    idearc: Idearc,
    store: Store,
    search_server: SearchServer,
    status: int,
    hits: list[object],
    reason: str,
) -> None:
    search_server.status, search_server.hits = status, hits  # type: ignore[assignment]
    idea_id = idearc.submit("Salon gaps", TEXT, new_id(), search_web=True)
    result = found(store, idea_id)
    assert reason in result.search_failure
    assert not result.is_researched
    assert len(store.findings(COMPETITORS, idea_id)) == 3
    shown = texts(workspace(an_app(), idea_id))
    assert "What follows is the model's alone." in shown
    assert reason in shown
    assert "seen in the search" not in shown
    assert reason in markdown(report(idearc.snapshot(idearc.idea(idea_id)))).replace("\\", "")


def test_what_came_before_a_failure_is_used(provider: CompatibleProvider) -> None:
    def search(phrase: str) -> list[object]:
        if phrase == PHRASES[1]:
            raise SearchError("Blocked.")
        return [*HITS]

    notes: list[str | Preview] = []
    answer = provider.ask(COMPETITORS, an_idea(), notes.append, search)  # type: ignore[arg-type]
    assert list(answer.provenance.searched) == PHRASES[:2]  # what was sent
    assert answer.provenance.search_failure == ""
    *words, preview = notes
    said = [
        f"Searching the web: {PHRASES[0]}",
        f"Searching the web: {PHRASES[1]}",
        "Reading 5 pages",
    ]
    assert [one for one in words if isinstance(one, str)] == said
    assert isinstance(preview, Preview)
    assert preview.writing


def test_a_job_without_research_is_asked_as_always(
    provider: CompatibleProvider, model_server: ModelServer
) -> None:
    provider.ask(FEATURES, an_idea(), quiet, lambda phrase: pytest.fail(phrase))
    assert [request.job for request in model_server.requests] == ["features"]


def test_a_search_that_breaks_is_a_reason_and_no_failed_job(provider: CompatibleProvider) -> None:
    answer = provider.ask(COMPETITORS, an_idea(), quiet, {}.__getitem__)
    assert len(answer.findings) == 3
    assert "Something went wrong in the web search (KeyError)." in answer.provenance.search_failure


def test_phrases_that_cant_be_read_are_no_failed_job(
    provider: CompatibleProvider, model_server: ModelServer
) -> None:
    model_server.always["phrases"] = Reply("I'd search for salon apps.")
    sent: list[str] = []
    answer = provider.ask(COMPETITORS, an_idea(), quiet, lambda one: [*HITS, sent.append(one)][:5])
    assert answer.provenance.search_failure == ""
    assert [one.removeprefix(sent[0]) for one in sent] == ["", " app", " alternatives"]


def test_a_search_that_hangs_takes_a_third_of_the_time(model_server: ModelServer) -> None:
    provider = CompatibleProvider(
        base_url=model_server.url, api_key=None, model="m", timeout_seconds=6
    )
    over = threading.Event()
    answer = provider.ask(COMPETITORS, an_idea(), quiet, lambda _: over.wait() or [])
    over.set()
    assert len(answer.findings) == 3
    assert answer.provenance.search_failure == (
        "The web search took more than 2 s. Try again later."
    )


def test_workers_search_too(
    store: Store,
    search_server: SearchServer,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.setenv("IDEARC_DATABASE_URL", request.getfixturevalue("postgres_url"))
    monkeypatch.setenv("IDEARC_RUNNER", "temporal")
    monkeypatch.setenv("TEMPORAL_ADDRESS", request.getfixturevalue("temporal").address)
    settings = read_settings()
    with worker_here():
        idearc = build(settings)
        idea_id = idearc.submit("Salon gaps", TEXT, new_id(), search_web=True)
        assert found(Store(settings.database_url), idea_id).searched == PHRASES
    assert search_server.phrases == PHRASES


@pytest.fixture
def app() -> AppTest:
    return an_app()


def test_the_form_asks_first_and_says_who_gets_what(
    app: AppTest, store: Store, search_server: SearchServer
) -> None:
    app.run()
    (box,) = app.checkbox
    assert (box.label, box.value) == ("Search the web", False)
    address = search_server.url.removeprefix("http://")
    assert f"phrases made from your idea go to the SearXNG at {address}." in texts(app)
    box.check()
    submit(app)
    (idea,) = store.ideas(limit=9)
    assert idea.search_goes_to == f"the SearXNG at {address}"
    found(store, idea.id)
    shown = texts(app.run())
    assert "“Gapfill offers a cancelled appointment to clients nearby." in shown
    assert f"[gapfill.example](<{HITS[0].url}>)" in shown
    assert "not confirmed" in shown


def test_the_next_form_remembers_the_choice(app: AppTest, store: Store) -> None:
    here = read_settings().search_goes_to
    store.add_idea(an_idea(search_goes_to=here))
    assert an_app().run().checkbox[0].value is True
    store.add_idea(an_idea(search_goes_to="somebody else"))
    assert an_app().run().checkbox[0].value is False
    store.add_idea(an_idea())
    assert app.run().checkbox[0].value is False


def test_phrases_go_to_nobody_else_than_was_said(
    store: Store, search_server: SearchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    idea = store.add_idea(an_idea(search_goes_to="DuckDuckGo and other search engines"))[0]
    settings = read_settings()
    provider, searcher = build_provider(settings), build_searcher(settings)
    run_job(store, provider, searcher, "competitors", idea.id, quiet)
    (result, _) = store.results([idea.id])[idea.id, "competitors"]
    assert "phrases were to go to DuckDuckGo" in result.search_failure
    assert search_server.phrases == []


@pytest.mark.parametrize("search", ["duckduckgo", "http://me:secret@search.example:8080/x?y=z"])
def test_who_searches_is_named_with_the_same_words(
    search: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDEARC_SEARCH", search)
    settings = read_settings()
    searcher = build_searcher(settings)
    assert searcher
    assert searcher.recipients == settings.search_goes_to
    assert "secret" not in searcher.recipients


@pytest.mark.parametrize(
    "settings",
    [
        {"IDEARC_SEARCH": "off"},
        {"OPENAI_API_KEY": API_KEY, "OPENAI_BASE_URL": ""},  # OpenAI, which searches by itself
    ],
)
def test_there_is_no_box_where_there_is_nothing_to_choose(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert not app.run().checkbox
    assert build(read_settings()).search_goes_to == ""


def test_duckduckgo_is_the_default(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IDEARC_SEARCH")
    assert "go to DuckDuckGo and other search engines." in texts(app.run())


@pytest.mark.parametrize("wrong", ["google", "ftp://a.example", "http://"])
def test_a_wrong_setting_is_told(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDEARC_SEARCH", wrong)
    with pytest.raises(Exception, match=r"IDEARC_SEARCH=.+not duckduckgo, off or an address"):
        read_settings()


def test_evidence_goes_where_the_idea_goes(idearc: Idearc, store: Store) -> None:
    idea_id = idearc.submit("Salon gaps", TEXT, new_id(), search_web=True)
    found(store, idea_id)
    snapshot = idearc.snapshot(idearc.idea(idea_id))
    again = read(write(snapshot).encode())
    assert again.idea.search_goes_to == ""  # whoever imports it has ticked nothing
    sentences = [
        one.evidence for part in again.parts for one in part.findings if part.job is COMPETITORS
    ]
    assert sentences == [one.evidence for one in store.findings(COMPETITORS, idea_id)]
    written = markdown(report(snapshot))
    assert "Evidence: Gapfill offers a cancelled appointment to clients nearby." in written


def test_hostile_words_of_a_page_are_shown_as_words(
    idearc: Idearc,
    store: Store,
    search_server: SearchServer,
    model_server: ModelServer,
) -> None:
    text = "Gapfill <img src=x onerror=alert(1)> ![a](https://evil.example/x.png) is here."
    search_server.hits = [Hit("Gapfill", HITS[0].url, text)]
    idea_id = idearc.submit("Salon gaps", TEXT, new_id(), search_web=True)
    found(store, idea_id)
    (gapfill, *_) = store.findings(COMPETITORS, idea_id)
    assert "![a](" in gapfill.evidence  # as it stands there
    written = markdown(report(idearc.snapshot(idearc.idea(idea_id))))
    assert "![a](https" not in written
    assert "<img" not in written.replace("\\<img", "")
