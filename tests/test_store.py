"""The store's promises: a result whole or not at all, and never twice."""

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import an_idea
from sqlalchemy import event, text
from writers import FEATURES, answer, write

from idearc.errors import StoreError
from idearc.jobs import JOBS
from idearc.jobs.competitors import CompetitorFields
from idearc.models import Base, Choice, Idea
from idearc.providers import Answer, Provenance
from idearc.store import Store

COMPETITORS = JOBS["competitors"]


@pytest.fixture
def database_url(each_database_url: str) -> str:
    return each_database_url


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'sqlite.db'}")
    yield store
    store.close()


def models_and_names(store: Store, idea_id: str) -> tuple[list[str], list[str]]:
    results = store.results([idea_id])
    rows = store.findings(FEATURES, idea_id)
    return [result.model for result, _ in results.values()], [row.name for row in rows]


def test_a_result_comes_back_as_it_was_saved(store: Store, idea: Idea) -> None:
    found = CompetitorFields(
        name="Booksy",
        url="https://booksy.com",
        kind="direct",
        what="Booking",
        pricing="",
        strengths=["known", "big"],
        weaknesses=[],
        sources=["https://example.com/a"],
    )
    provenance = Provenance("OpenAI", "m", 10, 20, searched=["salon"], pages=["https://b.com"])
    assert store.save(COMPETITORS, idea.id, Answer([found], provenance), seconds=1.5)

    assert [
        CompetitorFields.model_validate(row, from_attributes=True)
        for row in store.findings(COMPETITORS, idea.id)
    ] == [found]
    result, count = store.results([idea.id])[idea.id, "competitors"]
    assert count == 1
    assert (result.model, result.seconds, result.searched) == ("m", 1.5, ["salon"])
    assert result.created_at.tzinfo is not None


def test_finding_nothing_is_a_result(store: Store, idea: Idea) -> None:
    assert store.save(FEATURES, idea.id, answer("a", count=0), 0)
    assert (idea.id, "features") in store.results([idea.id])
    assert store.findings(FEATURES, idea.id) == []


def test_the_latest_choice_counts(store: Store, idea: Idea) -> None:
    other = store.add_idea(an_idea())[0]
    for idea_id, job, position, is_chosen in [
        (idea.id, "features", 0, True),
        (idea.id, "features", 1, True),
        (idea.id, "features", 0, False),
        (idea.id, "competitors", 1, False),
        (other.id, "features", 1, False),
    ]:
        store.add_choice(Choice(idea_id=idea_id, job=job, position=position, is_chosen=is_chosen))
    assert store.choices(FEATURES, idea.id) == {0: False, 1: True}


def test_only_the_latest_results_tell_how_long_a_job_takes(store: Store) -> None:
    for seconds in range(5):
        store.save(FEATURES, store.add_idea(an_idea())[0].id, answer("a"), seconds)
        store.save(COMPETITORS, store.add_idea(an_idea())[0].id, answer("a", count=0), 99)
    assert store.latest_seconds("features", limit=3) == [4, 3, 2]


def test_a_second_writer_loses_whole(store: Store, idea: Idea) -> None:
    assert store.save(FEATURES, idea.id, answer("first", count=2), 0)
    assert not store.save(FEATURES, idea.id, answer("second", count=9), 0)
    assert models_and_names(store, idea.id) == (["first"], ["first 0", "first 1"])


def test_a_result_is_stored_whole_or_not_at_all(store: Store, idea: Idea) -> None:
    broken = answer("a")
    broken.findings[4].name = None  # type: ignore[attr-defined] # the last row breaks NOT NULL
    with pytest.raises(StoreError):
        store.save(FEATURES, idea.id, broken, 0)
    assert models_and_names(store, idea.id) == ([], [])


def test_a_result_without_its_idea_is_dropped(store: Store) -> None:
    assert not store.save(FEATURES, "no such idea", answer("a"), 0)
    assert models_and_names(store, "no such idea") == ([], [])


def test_a_deleted_idea_takes_along_what_belongs_to_it_and_nothing_else(
    store: Store, idea: Idea
) -> None:
    other = store.add_idea(an_idea())[0]
    for kept in (idea, other):
        store.save(FEATURES, kept.id, answer("a", count=2), 0)
        store.add_choice(Choice(idea_id=kept.id, job="features", position=0, is_chosen=True))
    for _ in range(2):  # the second one finds nothing to do
        store.delete_idea(idea.id)
    store.add_choice(Choice(idea_id=idea.id, job="features", position=1, is_chosen=True))
    assert not store.save(COMPETITORS, idea.id, answer("late"), 0)
    with store._engine.connect() as connection:
        tables = [name for name in Base.metadata.tables if name != "idea"]
        owners = [connection.scalars(text(f"SELECT idea_id FROM {name}")).all() for name in tables]
    assert {owner for owners_of_table in owners for owner in owners_of_table} == {other.id}
    assert [left.id for left in store.ideas(limit=3)] == [other.id]
    assert models_and_names(store, other.id) == (["a"], ["a 0", "a 1"])


def test_what_is_deleted_is_not_in_the_file_any_more(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'small.db'}")
    idea = store.add_idea(an_idea(text="Nobody must ever read this again."))[0]
    store.delete_idea(idea.id)
    assert not [path for path in tmp_path.iterdir() if b"read this again" in path.read_bytes()]
    store.close()


def test_of_many_threads_one_wins(store: Store, idea: Idea) -> None:
    wins: list[str] = []
    start = threading.Barrier(8)

    def save(writer: str) -> None:
        start.wait()
        if store.save(FEATURES, idea.id, answer(writer), 0):
            wins.append(writer)

    threads = [threading.Thread(target=save, args=(f"t{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(wins) == 1
    assert models_and_names(store, idea.id) == (wins, [f"{wins[0]} {n}" for n in range(5)])


@pytest.mark.parametrize("attempt", range(2))
def test_of_two_processes_one_wins(empty_database_url: str, attempt: int) -> None:
    url, tokens = empty_database_url, [f"token {n}" for n in range(30)]
    spawn = multiprocessing.get_context("spawn")
    start, wins = spawn.Barrier(2), spawn.Queue()
    processes = [
        spawn.Process(target=write, args=(url, tokens, writer, start, wins))
        for writer in ("one", "two")
    ]
    for process in processes:
        process.start()
    reports = [wins.get(timeout=60) for _ in range(60)]
    for process in processes:
        process.join(60)
        assert process.exitcode == 0

    store = Store(url)
    for idea_id in {report[0] for report in reports}:
        mine = [report for report in reports if report[0] == idea_id]
        assert sorted(is_new for _, _, is_new, _ in mine) == [False, True]
        winners = [writer for _, writer, _, won in mine if won]
        assert len(winners) == 1
        names = [f"{winners[0]} {n}" for n in range(5)]
        assert models_and_names(store, idea_id) == (winners, names)
    assert store.count_ideas() == 30
    store.close()


def test_a_used_token_gives_the_idea_that_is_there(store: Store, idea: Idea) -> None:
    same, is_new = store.add_idea(an_idea(token=idea.token, text="Something else entirely"))
    assert (same.id, same.text, is_new) == (idea.id, idea.text, False)
    assert store.count_ideas() == 1


def test_each_version_of_an_idea_has_its_number(store: Store, idea: Idea) -> None:
    def refine() -> None:
        store.add_idea(an_idea(line_id=idea.line_id, parent_version=1))

    threads = [threading.Thread(target=refine) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    versions = store.versions(idea.line_id)
    assert [one.version for one in versions] == [*range(1, 10)]
    assert [one.parent_version for one in versions] == [None, *[1] * 8]

    store.delete_idea(versions[4].id)
    store.delete_idea(idea.id)
    left = store.versions(idea.line_id)
    assert [one.version for one in left] == [2, 3, 4, 6, 7, 8, 9]
    newest, _ = store.add_idea(an_idea(line_id=idea.line_id, parent_version=9))
    alone, _ = store.add_idea(an_idea(parent_version=1))  # its parent was deleted meanwhile
    assert alone.version == 2
    other, _ = store.add_idea(an_idea())
    assert (newest.version, other.version) == (10, 1)
    last = store.last_versions([idea.line_id, other.line_id, "unknown"])
    assert last == {idea.line_id: 10, other.line_id: 1}


def test_reading_does_not_wait_for_a_writer(store: Store, idea: Idea) -> None:
    with store._engine.connect() as other:
        other.execute(text("UPDATE idea SET name = 'x'"))
        assert store.idea(idea.id).name == idea.name


def test_writing_to_sqlite_waits_no_longer_than_it_is_told(
    sqlite_store: Store, tmp_path: Path
) -> None:
    impatient = Store(f"sqlite:///{tmp_path / 'sqlite.db'}", lock_seconds=0.2)
    with sqlite_store._engine.connect() as other:
        other.execute(text("BEGIN IMMEDIATE"))
        with pytest.raises(StoreError, match="database is locked"):
            impatient.add_idea(an_idea())
    assert impatient.add_idea(an_idea())[1]
    impatient.close()


def test_writers_to_sqlite_stand_in_line(sqlite_store: Store) -> None:
    """So that none waits for long while others come and go."""
    with sqlite_store._engine.connect() as other:
        other.execute(text("BEGIN IMMEDIATE"))
        writers = [
            threading.Thread(target=sqlite_store.add_idea, args=[an_idea(text=str(place))])
            for place in range(8)
        ]
        for writer in writers:
            writer.start()
            time.sleep(0.2)  # it waits by then
        other.rollback()
        for writer in writers:
            writer.join()
        stored = other.execute(text("SELECT text FROM idea ORDER BY rowid")).scalars()
        assert [*stored] == [*"01234567"]


def test_who_has_waited_for_long_writes_without_a_turn(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'sqlite.db'}", lock_seconds=0.2)
    with store._turn:
        assert store.add_idea(an_idea())[1]
    with pytest.raises(StoreError):
        store.add_idea(an_idea(text=None))
    assert not store._turn.locked()
    store.close()


@pytest.mark.parametrize(
    ("ask", "walks"),
    [
        (lambda store: store.ideas(limit=50), "ix_idea_newest"),
        (lambda store: store.ideas(limit=50, offset=50), "ix_idea_newest"),
        (lambda store: store.idea("a"), "idea"),
        (lambda store: store.results(["a", "b"]), "result"),
        (lambda store: store.findings(FEATURES, "a"), "feature"),
    ],
)
def test_what_pages_ask_walks_an_index(
    store: Store, ask: Callable[[Store], object], walks: str
) -> None:
    """So one of 100,000 ideas costs as much as one of 100."""
    asked: list[tuple[str, object]] = []

    @event.listens_for(store._engine, "before_cursor_execute")
    def remember(_connection, _cursor, statement, parameters, *_) -> None:
        asked.append((statement, parameters))

    ask(store)
    event.remove(store._engine, "before_cursor_execute", remember)
    ((statement, parameters),) = asked
    with store._engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            explained = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plan = " ".join(row[3] for row in explained)
            assert "SCAN" not in plan.replace("SCAN idea USING INDEX", "")
        else:
            for way in ("seqscan", "bitmapscan"):  # it would, as all is so small
                connection.execute(text(f"SET enable_{way} = off"))
            explained = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
            plan = " ".join(row[0] for row in explained)
            assert "Seq Scan" not in plan
    assert walks in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://root:secret@127.0.0.1/x",
        "postgresql://root:secret@127.0.0.1:9/x",
        "postgresql://root:a:secret@127.0.0.1:secret/x",
        "sqlite:////proc/none/idearc.db",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_a_database_that_cant_be_used_is_a_clear_error(url: str) -> None:
    with pytest.raises(StoreError, match="Check IDEARC_DATABASE_URL") as error:
        Store(url)
    assert "secret" not in str(error.value)


def test_a_database_that_breaks_later_is_a_clear_error(store: Store) -> None:
    with store._engine.begin() as connection:
        connection.execute(text("DROP TABLE result"))
    with pytest.raises(StoreError, match=r"no such table|does not exist"):
        store.results(["a"])
