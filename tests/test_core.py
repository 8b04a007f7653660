"""What Idearc does, without Streamlit: its promises about ideas, runs and states."""

import itertools
import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from conftest import API_KEY, TEXT, an_idea, example_findings, quiet
from model_server import ModelServer, Reply
from sqlalchemy import text
from temporal_server import worker_here

from idearc.bootstrap import build
from idearc.core import Idearc
from idearc.errors import InputError
from idearc.form import read_form
from idearc.jobs import JOBS
from idearc.models import Idea, Result, new_id, now
from idearc.progress import Progress, State, derive
from idearc.providers.compatible import CompatibleProvider
from idearc.run import run_job
from idearc.runners import Ended, Failed, Running
from idearc.settings import read_settings
from idearc.store import Store
from idearc.visitor import Visitor

START = now()
OLDER, YOUNGER = START - timedelta(hours=1), START + timedelta(hours=1)
RESULT = Result(idea_id="1", job="features", provider="", model="", seconds=0, input_tokens=0)
RUNNING, FAILED, ENDED = Running(since=START, note="Waiting"), Failed("The reason."), Ended()


@pytest.fixture(params=["threads", "temporal"])
def runner(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def database_url(
    runner: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> str:
    """As they are used together; the other pairs meet in test_stateful, _house and _faults."""
    if runner == "temporal":
        monkeypatch.setenv("IDEARC_DATABASE_URL", request.getfixturevalue("postgres_url"))
    return os.environ["IDEARC_DATABASE_URL"]


@pytest.fixture
def idearc(
    runner: str,
    database_url: str,
    model_server: ModelServer,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Idearc]:
    monkeypatch.setenv("OPENAI_BASE_URL", model_server.url)
    monkeypatch.setenv("IDEARC_RUNNER", runner)
    if runner == "threads":
        yield build(read_settings())
        return
    monkeypatch.setenv("TEMPORAL_ADDRESS", request.getfixturevalue("temporal").address)
    with worker_here():
        yield build(read_settings())


def eventually(condition: Callable[[], bool]) -> None:
    """So long waits only what hangs, on a busy machine, too."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "did not come true within 60 s"
        time.sleep(0.02)


def states(idearc: Idearc, idea_id: str) -> dict[str, State]:
    progress = idearc.progress([idearc.idea(idea_id)])[idea_id]
    return {name: job.state for name, job in progress.items()}


EXPECTED_STATES = [
    # stored result and count, what the runner knows, idea older than the process, ticks used up
    *((r, s) for s in [State.DONE] for r in itertools.product(
        [(RESULT, 7)], [None, RUNNING, FAILED, ENDED], [True, False], [True, False])),
    *((r, s) for s in [State.FAILED] for r in itertools.product(
        [None], [FAILED, ENDED], [True, False], [True, False])),
    ((None, RUNNING, True, False), State.WORKING),
    ((None, RUNNING, False, False), State.WORKING),
    ((None, RUNNING, True, True), State.OVERDUE),
    ((None, RUNNING, False, True), State.OVERDUE),
    ((None, None, True, False), State.INTERRUPTED),
    ((None, None, True, True), State.INTERRUPTED),
    ((None, None, False, False), State.WORKING),
    ((None, None, False, True), State.OVERDUE),
]  # fmt: skip


@pytest.mark.parametrize(("known", "expected"), EXPECTED_STATES)
def test_the_state_follows_from_what_is_known(known: tuple, expected: State) -> None:
    result, outcome, is_older, ticks_used_up = known
    progress = derive(result, outcome, OLDER if is_older else YOUNGER, START, ticks_used_up)
    assert progress.state is expected
    assert progress.can_retry is (expected not in {State.DONE, State.WORKING})


def test_every_combination_has_its_expected_state() -> None:
    assert len({repr(known) for known, _ in EXPECTED_STATES}) == 2 * 4 * 2 * 2


def test_progress_tells_reason_note_and_since_when() -> None:
    assert derive(None, FAILED, OLDER, START, False) == Progress(State.FAILED, note="The reason.")
    assert derive(None, RUNNING, OLDER, START, False) == Progress(
        State.WORKING, since=START, note="Waiting", is_live=True
    )
    assert derive(None, None, YOUNGER, START, False).since == YOUNGER


def test_a_submitted_idea_gets_all_results(idearc: Idearc, model_server: ModelServer) -> None:
    idea_id = idearc.submit("  Salon \n gaps ", f"  {TEXT}\n", new_id())

    assert idearc.idea(idea_id).name == "Salon gaps"
    assert idearc.idea(idea_id).text == TEXT
    eventually(lambda: set(states(idearc, idea_id).values()) == {State.DONE})
    assert [model_server.asked(job) for job in JOBS] == [1] * len(JOBS)
    for job in JOBS.values():
        names = [row.name for row in idearc.findings(job, idea_id)]
        assert names == [f"Name {number + 1}" for number in range(len(names))]
        assert len(names) == len(example_findings(job)) > 1


@pytest.mark.parametrize(
    "text", ["", " " * 50, "\u200e\n  123456789 \t", "\u200b\u2060" * 9, "\u0301" * 20, "x" * 4_001]
)
def test_a_text_of_the_wrong_length_is_refused(idearc: Idearc, text: str) -> None:
    with pytest.raises(InputError, match="characters"):
        idearc.submit("", text, new_id())
    assert idearc.ideas(1) == []


@pytest.mark.parametrize(
    "text",
    ["x" * 10, "x" * 4_000, f"\r\n{'🎈' * 10}  ", "👩\u200d🔬" * 4 + " 🏴\U000e0067\U000e007f"],
)
def test_a_text_of_the_right_length_is_taken(idearc: Idearc, text: str) -> None:
    assert idearc.idea(idearc.submit("", text, new_id())).text == text.strip()


def test_known_competitors_are_kept_with_the_idea(idearc: Idearc) -> None:
    known = " Booksy, Inc.,, Cuts; Fresh\r\n\x00 booksy.com \n Treat, SAS,\u200b,"
    assert idearc.idea(idearc.submit("", TEXT, new_id(), known)).known == [
        "Booksy, Inc.",
        "Cuts",
        "Fresh",
        "Treat",
        "SAS",
    ]
    most = [f"{number}".ljust(80, "x") for number in range(20)]
    assert idearc.idea(idearc.submit("", TEXT, new_id(), ",".join(most))).known == most


LISTS = [
    ("美团，大众点评、口碑；小红书", ["美团", "大众点评", "口碑", "小红书"]),
    ("1、美团\n２．口碑", ["美团", "口碑"]),
    ("موعدك، فريشا؛ بوكسي", ["موعدك", "فريشا", "بوكسي"]),
    ("Booksy; Fresha;Treatwell", ["Booksy", "Fresha", "Treatwell"]),
    ("- Booksy\n - Fresha\n– Treat - Well", ["Booksy", "Fresha", "Treat - Well"]),
    ("* Booksy\n• Fresha • Treatwell\n  ▪Vagaro", ["Booksy", "Fresha", "Treatwell", "Vagaro"]),
    ("1. Booksy\n\n2) Fresha\n(3) Treatwell", ["Booksy", "Fresha", "Treatwell"]),
    ("Acme, Inc.; Cuts, GmbH，Fresh", ["Acme, Inc.", "Cuts, GmbH", "Fresh"]),
    ("Acme, Co., Ltd., Cuts, S.A.", ["Acme, Co., Ltd.", "Cuts, S.A."]),
    ("Acme, Inc. (US), Treat, SAS", ["Acme, Inc. (US)", "Treat", "SAS"]),
    ("Bed and Breakfast\nAC/DC\nT-Mobile\n1.5 Studio\n24/7 Hair\nTreat - Well\nA · B", None),
    ("1. Booksy 2) pro\n2. Fresha\nTen (3) x", ["Booksy 2) pro", "Fresha", "Ten (3) x"]),
    ("1. FC Köln\n*NSYNC\n-18°\n99 Designs\n7. Eleven", None),
]


@pytest.mark.parametrize(("known", "names"), LISTS)
def test_known_competitors_are_split_as_people_write_lists(
    known: str, names: list[str] | None
) -> None:
    assert read_form("", TEXT, known, "token").known == (names or known.split("\n"))


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (",".join(f"Name {number}" for number in range(21)), "21 known competitors; at most 20"),
        ("x" * 81, "“x{30}…” has 81 characters; at most 80"),
        ("a" + "\n" * 20_000 + "b", "have 20,002 characters; at most 4,000 fit"),
    ],
)
def test_too_much_that_is_known_is_refused(idearc: Idearc, known: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        idearc.submit("", TEXT, new_id(), known)
    assert idearc.ideas(1) == []


def test_a_name_that_is_too_long_is_refused(idearc: Idearc) -> None:
    with pytest.raises(InputError, match="81 characters; at most 80"):
        idearc.submit("x" * 81, TEXT, new_id())
    assert len(idearc.idea(idearc.submit("x" * 80, TEXT, new_id())).name) == 80


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("A salon app", "A salon app"),
        ("word\n" * 40, ("word " * 9).strip() + "…"),
        ("x" * 200, "x" * 44 + "…"),
    ],
)
def test_without_a_name_the_first_words_are_it(idearc: Idearc, text: str, name: str) -> None:
    assert idearc.idea(idearc.submit(" ", text, new_id())).name == name


def test_characters_that_are_never_seen_are_dropped(idearc: Idearc) -> None:
    idea = idearc.idea(
        idearc.submit("a\x00b\u202e", "An\x07 idea\r\nfor \ue200all\ud800", new_id())
    )
    assert (idea.name, idea.text) == ("ab", "An idea\nfor all")


def test_one_token_is_one_idea_and_one_pair_of_runs(
    idearc: Idearc, model_server: ModelServer
) -> None:
    token = new_id()
    ids: list[str] = []
    threads = [
        threading.Thread(target=lambda: ids.append(idearc.submit("", TEXT, token)))
        for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(ids) == 10
    assert len(set(ids)) == 1
    eventually(lambda: set(states(idearc, ids[0]).values()) == {State.DONE})
    assert [model_server.asked(job) for job in JOBS] == [1] * len(JOBS)


@pytest.mark.parametrize("job_name", JOBS)
def test_one_failure_never_touches_the_other_jobs(
    idearc: Idearc, model_server: ModelServer, job_name: str
) -> None:
    model_server.script[job_name] = [Reply(status=401)]
    idea_id = idearc.submit("", TEXT, new_id())

    eventually(lambda: State.WORKING not in states(idearc, idea_id).values())
    assert states(idearc, idea_id) == {**dict.fromkeys(JOBS, State.DONE), job_name: State.FAILED}

    idearc.retry(job_name, idea_id)
    eventually(lambda: states(idearc, idea_id)[job_name] is State.DONE)
    assert {job: model_server.asked(job) for job in JOBS} == {**dict.fromkeys(JOBS, 1), job_name: 2}


def test_a_result_that_is_gone_can_be_had_again(idearc: Idearc, store: Store) -> None:
    """The database was brought back to what it was before."""
    idea_id = idearc.submit("", TEXT, new_id())
    eventually(lambda: set(states(idearc, idea_id).values()) == {State.DONE})
    with store._engine.begin() as connection:
        connection.execute(text("DELETE FROM result"))
        connection.execute(text("DELETE FROM feature"))
    eventually(lambda: states(idearc, idea_id)["features"] is State.FAILED)
    idearc.retry("features", idea_id)
    eventually(lambda: states(idearc, idea_id)["features"] is State.DONE)


def test_what_runs_for_a_deleted_idea_stores_nothing(
    idearc: Idearc, model_server: ModelServer, store: Store
) -> None:
    model_server.gate.clear()
    other = idearc.submit("", TEXT, new_id())
    idea_id = idearc.submit("", TEXT, new_id())
    idea = idearc.idea(idea_id)
    eventually(lambda: len(model_server.requests) == 2 * len(JOBS))
    idearc.delete(idea_id)
    with pytest.raises(InputError, match="Perhaps it was deleted"):
        idearc.idea(idea_id)
    model_server.gate.set()
    eventually(lambda: set(states(idearc, other).values()) == {State.DONE})
    eventually(
        lambda: {job.state for job in idearc.progress([idea])[idea_id].values()} == {State.FAILED}
    )
    assert store.results([idea_id]) == {}
    assert len(model_server.requests) == 2 * len(JOBS)


def test_a_refined_idea_is_a_version_of_its_own(idearc: Idearc, model_server: ModelServer) -> None:
    first = idearc.idea(idearc.submit("Salon", TEXT, new_id()))
    eventually(lambda: set(states(idearc, first.id).values()) == {State.DONE})
    before = {name: list(idearc.findings(job, first.id)) for name, job in JOBS.items()}
    token = new_id()
    ids = {idearc.submit("Salon", f"{TEXT} More.", token, parent=first) for _ in range(2)}
    second = idearc.idea(ids.pop())
    assert (second.version, second.parent_version, ids) == (2, 1, set())
    assert [one.id for one in idearc.versions(first)] == [first.id, second.id]
    assert idearc.last_versions([first, second]) == {first.line_id: 2}
    eventually(lambda: set(states(idearc, second.id).values()) == {State.DONE})
    assert len(model_server.requests) == 2 * len(JOBS)

    idearc.delete(second.id)
    assert idearc.idea(first.id) == first
    assert {name: list(idearc.findings(job, first.id)) for name, job in JOBS.items()} == before


def test_fifty_simultaneous_retries_are_one_run(idearc: Idearc, model_server: ModelServer) -> None:
    model_server.script["features"] = [Reply(status=401)]
    idea_id = idearc.submit("", TEXT, new_id())
    eventually(lambda: states(idearc, idea_id)["features"] is State.FAILED)
    before = model_server.asked("features")
    model_server.gate.clear()

    threads = [threading.Thread(target=idearc.retry, args=("features", idea_id)) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    model_server.gate.set()

    eventually(lambda: states(idearc, idea_id)["features"] is State.DONE)
    assert model_server.asked("features") == before + 1
    assert len(idearc.findings(JOBS["features"], idea_id)) == 7


def test_a_retry_of_what_is_done_does_not_ask_again(
    store: Store, idea: Idea, model_server: ModelServer
) -> None:
    provider = CompatibleProvider(
        base_url=model_server.url, api_key=None, model="m", timeout_seconds=20
    )
    run_job(store, provider, None, "features", idea.id, quiet)
    run_job(store, provider, None, "features", idea.id, quiet)
    assert model_server.asked("features") == 1


def test_two_processes_on_one_database_store_one_result(
    runner: str, idearc: Idearc, model_server: ModelServer
) -> None:
    """Threads of two know nothing of each other: both run, and one is dropped."""
    model_server.gate.clear()
    other = build(read_settings())
    idea_id = idearc.submit("", TEXT, new_id())
    assert states(other, idea_id) == dict.fromkeys(JOBS, State.WORKING)
    other.retry("features", idea_id)
    runs = 2 if runner == "threads" else 1
    eventually(lambda: model_server.asked("features") == runs)
    model_server.gate.set()

    for process in (idearc, other):
        eventually(lambda: set(states(process, idea_id).values()) == {State.DONE})  # noqa: B023
        assert len(process.findings(JOBS["features"], idea_id)) == 7
    assert model_server.asked("features") == runs


def test_what_no_runner_knows_can_be_retried(runner: str, store: Store, idearc: Idearc) -> None:
    """As after a restart of the only process, or when Temporal could not be reached."""
    idea = store.add_idea(an_idea(created_at=OLDER))[0]
    lost = State.INTERRUPTED if runner == "threads" else State.FAILED
    assert set(states(idearc, idea.id).values()) == {lost}
    idearc.retry("features", idea.id)
    eventually(lambda: states(idearc, idea.id)["features"] is State.DONE)
    assert states(idearc, idea.id)["competitors"] is lost


def test_an_unknown_idea_is_a_friendly_error(idearc: Idearc) -> None:
    for idea_id in ("", "x" * 5_000, "' OR 1=1 --", "../../etc/passwd", "0" * 32, "\0", "\ud800"):
        with pytest.raises(InputError, match="no idea at this address"):
            idearc.idea(idea_id)


def test_anothers_idea_is_as_one_that_is_not_there(
    idearc: Idearc, store: Store, model_server: ModelServer
) -> None:
    """Whatever is asked for, and whoever asks: the others, and who came without log-in."""
    model_server.always = dict.fromkeys(JOBS, Reply(status=401))
    alice, bob = (idearc.seen_by(Visitor(n, has_list=True, counted_as="")) for n in ("1", "2"))
    idea_id = alice.submit("", TEXT, new_id())
    eventually(lambda: set(states(alice, idea_id).values()) == {State.FAILED})
    alice.begin_to_share(idea_id)
    link = alice.share(idea_id)
    assert link
    asked = len(model_server.requests)
    for other in (bob, idearc):
        with pytest.raises(InputError, match="no idea at this address"):
            other.idea(idea_id)
        assert not other.ideas(1)
        assert not other.count_ideas("salons")
        assert other.share(idea_id) is None
        other.retry("features", idea_id)
        other.choose(JOBS["features"], idea_id, 0, False)
        other.end_to_share(idea_id)
        other.delete(idea_id)
        assert other.shared(link.id).id == idea_id
    assert len(model_server.requests) == asked
    assert store.choices(JOBS["features"], idea_id) == {}
    assert [idea.id for idea in alice.ideas(1)] == [idea_id]
    assert alice.count_ideas("salons") == 1

    alice.begin_to_share(idea_id)
    assert alice.share(idea_id) == link  # the same one, as long as it is there
    alice.end_to_share(idea_id)
    alice.begin_to_share(idea_id)
    for gone in (link.id, idea_id, "", "\0", "' OR 1=1 --"):
        with pytest.raises(InputError, match="Nothing is shared by this link"):
            bob.shared(gone)
    alice.delete(idea_id)
    assert store.share(idea_id) is None


def test_ids_are_unguessable() -> None:
    ids = {new_id() for _ in range(1_000)}
    assert len(ids) == 1_000
    # 32 hexadecimal digits less the six fixed bits of a UUID of version 4: 122 random bits.
    assert all(len(id_) == 32 and id_[12] == "4" and id_[16] in "89ab" for id_ in ids)


def test_ideas_come_in_pages_the_newest_first(store: Store, idearc: Idearc) -> None:
    for minute in range(51):
        store.add_idea(an_idea(name=f"Idea {minute}", created_at=START + timedelta(minutes=minute)))
    assert [idea.name for idea in idearc.ideas(1)][:2] == ["Idea 50", "Idea 49"]
    assert len(idearc.ideas(1)) == 50
    assert [idea.name for idea in idearc.ideas(2)] == ["Idea 0"]
    assert idearc.count_ideas() == 51


LOOKS_ALIKE = [
    ("Café", "cafe\u0301"),
    ("cafe\u0301", "CAFÉ"),
    ("Ｓａｌｏｎ ９", "salon 9"),
    ("salon", "ｓａｌｏｎ"),
    ("ΚΑΦΕΣ ΟΔΟΣ", "καφές οδός"),
    ("Straße", "STRASSE"),
    ("strasse", "Straße"),
    ("İstanbul Işık", "istanbul ışık"),
    ("ISPARTA", "ısparta"),
    ("work\u00adshop", "workshop"),
    ("ﬁtness", "fit"),
    ("ｶﾌｪ", "カフェ"),
    ("Май", "МАЙ"),
    ("Ёлка", "елка"),
    ("はがき", "は\u304b\u3099き"),
]


@pytest.mark.parametrize(("written", "search"), LOOKS_ALIKE)
def test_a_search_finds_what_looks_equal(each_database_url: str, written: str, search: str) -> None:
    store = Store(each_database_url)
    store.add_idea(an_idea(name="Another", text="Маи, and so on."))
    store.add_idea(an_idea(name="One", text=f"For {written}, and so on."))
    assert [idea.name for idea in store.ideas(limit=9, search=search)] == ["One"]
    store.close()


def test_a_search_keeps_apart_what_looks_different(store: Store) -> None:
    store.add_idea(an_idea(name="Another", text="Май, がじ and 낮, and so on."))
    for other in ("маи", "か", "나", "じか"):
        assert store.ideas(limit=9, search=other) == []


def test_ideas_are_found_by_words_in_any_case(store: Store, idearc: Idearc) -> None:
    store.add_idea(an_idea(name="Ärzte_100%", text="Für Praxen, in der Stadt"))
    store.add_idea(an_idea(name="Salon"))
    for search in ("ärzte", "STADT für", "_100%", "\0Praxen\ud800", "Ärzte" + " " * 300):
        assert [idea.name for idea in idearc.ideas(1, search)] == ["Ärzte_100%"]
        assert idearc.count_ideas(search) == 1
    assert idearc.count_ideas("Salon Praxen") == 0


def test_keys_and_ideas_never_reach_the_log(
    model_server: ModelServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", model_server.url)
    monkeypatch.setenv("OPENAI_API_KEY", API_KEY)
    idearc = build(read_settings())
    echo = {"message": f"Bad key {API_KEY}: {TEXT}"}
    model_server.always["competitors"] = Reply(status=401, error=echo)
    # As with OPENAI_LOG=debug, and whatever else may log.
    with caplog.at_level("DEBUG"), caplog.at_level("DEBUG", logger="openai"):
        idea_id = idearc.submit("Secret name", TEXT, new_id())
        eventually(lambda: State.WORKING not in states(idearc, idea_id).values())
        # A result is there a moment before its run is over and logged.
        for words in ("run ended: job=features", "run failed"):
            eventually(lambda words=words: words in caplog.text)

    ours = caplog.text  # tracebacks too
    assert "openai._base_client" in ours
    assert f"run started: job=features idea={idea_id}" in ours
    assert f"run ended: job=features idea={idea_id}" in ours
    assert "run failed" in ours
    assert not any(secret in ours for secret in (API_KEY, TEXT, "Secret name"))
