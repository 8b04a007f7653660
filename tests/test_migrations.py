"""The tables become what the code needs, once, and keep what is in them."""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from app_server import ROOT
from conftest import an_idea
from sqlalchemy import (
    JSON,
    Column,
    Engine,
    MetaData,
    Row,
    String,
    Table,
    insert,
    select,
    text,
)
from test_store import COMPETITORS
from writers import FEATURES, answer

from idearc.backup import back_up, restore
from idearc.database import create, migrate
from idearc.errors import StoreError
from idearc.models import Base
from idearc.spelling import normalised
from idearc.store import Store

REVISIONS = sorted(
    path.name[:4] for path in (ROOT / "idearc" / "migrations" / "versions").glob("[0-9]*.py")
)


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    engine = create(empty_database_url, lock_seconds=10)
    yield engine
    engine.dispose()


def run(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_the_migrations_make_the_tables_of_the_models(
    empty_database_url: str, engine: Engine
) -> None:
    """When it fails after a change: `alembic revision --autogenerate`, as the README says."""
    migrate(empty_database_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def upgrade(engine: Engine, revision: str) -> None:
    with engine.connect() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(ROOT / "idearc" / "migrations"))
        command.upgrade(config, revision)
        connection.commit()


def a_value(column: Column[Any], job: str) -> object:
    """One that this column may have had, whichever version made it."""
    known: dict[str, object] = {
        "searched": normalised("idea’s text"),
        "job": job,
        "priority": "must",
        "effort": "M",
        "version": 3,
        "parent_version": 2,
    }
    if column.name in {"id", "idea_id", "line_id"} and isinstance(column.type, String):
        return "i"
    if column.name in known:
        return known[column.name]
    if isinstance(column.type, JSON):
        return [f"{column.table.name}’s {column.name}"]
    kinds: dict[type, object] = {str: f"{column.table.name}’s {column.name}", bool: True}
    kinds |= {int: 0, float: 1.5, datetime: datetime(2026, 1, 2, 3, 4, 5)}  # noqa: DTZ001
    return kinds[column.type.python_type]


def stored(engine: Engine, columns: Mapping[str, Sequence[str]]) -> dict[str, list[Row[Any]]]:
    """Of these tables, of these columns."""
    tables = reflected(engine)
    with engine.connect() as connection:
        return {
            name: list(connection.execute(select(*(tables[name].c[one] for one in names))))
            for name, names in columns.items()
        }


def reflected(engine: Engine) -> Mapping[str, Table]:
    there = MetaData()
    there.reflect(engine)
    return {name: table for name, table in there.tables.items() if name != "alembic_version"}


@pytest.mark.parametrize("revision", REVISIONS)
def test_all_that_each_earlier_version_stored_is_kept(
    revision: str, empty_database_url: str, engine: Engine
) -> None:
    upgrade(engine, revision)
    tables = reflected(engine)
    with engine.begin() as connection:
        for name in sorted(tables, key=lambda name: name != "idea"):
            jobs = ("competitors", "features") if name == "result" else ("features",)
            for job in jobs:
                row = {column.name: a_value(column, job) for column in tables[name].columns}
                connection.execute(insert(tables[name]).values(row))
    columns = {name: list(table.c.keys()) for name, table in tables.items()}
    before = stored(engine, columns)
    assert {name: len(rows) for name, rows in before.items()} == {
        **dict.fromkeys(("idea", "choice", "competitor", "feature"), 1),
        "result": 2,
    }
    migrate(empty_database_url)
    assert stored(engine, columns) == before

    newer = Store(empty_database_url)
    idea = newer.idea("i")
    assert idea is not None
    assert [one.id for one in newer.ideas(limit=9, search="IDEA’S TEXT", owner=idea.owner)] == ["i"]
    assert sorted(newer.results(["i"])) == [("i", "competitors"), ("i", "features")]
    (competitor,), (feature,) = newer.findings(COMPETITORS, "i"), newer.findings(FEATURES, "i")
    assert (competitor.strengths, feature.weakness) == (
        ["competitor’s strengths"],
        "feature’s weakness",
    )
    assert newer.choices(FEATURES, "i") == {0: True}
    assert newer.add_idea(an_idea())[1]
    newer.close()


def test_what_a_version_before_the_first_migration_stored_is_kept(
    empty_database_url: str, engine: Engine
) -> None:
    upgrade(engine, "0001")
    run(
        engine,
        "INSERT INTO idea VALUES ('i', 't', 'n', 'Straße x', '[]', '2026-01-02 03:04:05')",
        "INSERT INTO competitor (idea_id, position, name, kind, what, pricing, strengths, "
        "weaknesses, url, sources) VALUES ('i', 0, 'Booksy', '', '', '', '[]', '[]', '', '[]')",
        "INSERT INTO feature VALUES ('i', 0, 'a', '', '', '', 'must', 'S')",
        "ALTER TABLE competitor DROP COLUMN search",
        "ALTER TABLE feature DROP COLUMN weakness",
        "ALTER TABLE idea DROP COLUMN known",
        "DROP TABLE choice",
        "DROP INDEX ix_idea_newest",
        "DROP TABLE alembic_version",
    )
    for _ in range(2):
        migrate(empty_database_url)
        newer = Store(empty_database_url)
        (competitor,) = newer.findings(COMPETITORS, "i")
        (feature,) = newer.findings(FEATURES, "i")
        (idea,) = newer.ideas(limit=9, search="STRASSE n")
        assert newer.choices(FEATURES, "i") == {}
        newer.close()
        assert (competitor.name, competitor.search) == ("Booksy", "")
        assert (feature.name, feature.weakness) == ("a", "")
        assert (idea.id, idea.known, idea.version, idea.parent_version) == ("i", [], 1, None)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_the_table_of_a_new_job_makes_itself(empty_database_url: str, engine: Engine) -> None:
    migrate(empty_database_url)
    run(engine, "DROP TABLE feature")
    if engine.dialect.name == "postgresql":
        with pytest.raises(StoreError, match="idearc migrate"):
            Store(empty_database_url)
        migrate(empty_database_url)
    store = Store(empty_database_url)
    assert store.save(FEATURES, store.add_idea(an_idea())[0].id, answer("a"), 0)
    store.close()


def test_only_sqlite_is_migrated_at_the_start(empty_database_url: str, engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        store = Store(empty_database_url)
        assert store.count_ideas() == 0
        store.close()
    else:
        with pytest.raises(StoreError, match="Run `idearc migrate` once"):
            Store(empty_database_url)


def test_a_database_of_a_newer_version_is_left_alone(
    empty_database_url: str, engine: Engine
) -> None:
    migrate(empty_database_url)
    run(engine, "UPDATE alembic_version SET version_num = '9999'")
    for use in (Store, migrate):
        with pytest.raises(StoreError, match="9999 by a newer Idearc"):
            use(empty_database_url)


def test_the_command_migrates(
    empty_database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDEARC_DATABASE_URL", empty_database_url)
    command = [sys.executable, "-m", "idearc", "migrate"]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]
    for process in processes:
        assert b"has all tables" in process.communicate(timeout=60)[0]
        assert process.returncode == 0
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1


def test_the_command_says_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDEARC_DATABASE_URL", "postgresql://me:secret@127.0.0.1:9/x")
    command = [sys.executable, "-m", "idearc", "migrate"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "Check IDEARC_DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr


CHANGE = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0006", "0005"

def upgrade() -> None:
    with op.batch_alter_table("idea") as idea:
        idea.alter_column("name", type_=sa.String(99))
"""


def test_a_change_of_a_table_keeps_what_refers_to_it(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """SQLite changes a table by making it anew, and dropping the old one."""
    migrate(empty_database_url)
    store = Store(empty_database_url)
    idea = store.add_idea(an_idea())[0]
    assert store.save(FEATURES, idea.id, answer("a"), 0)
    shutil.copytree(ROOT / "idearc", tmp_path / "newer" / "idearc")
    (tmp_path / "newer/idearc/migrations/versions/0006_change.py").write_text(CHANGE)
    monkeypatch.setenv("IDEARC_DATABASE_URL", empty_database_url)
    command = [sys.executable, "-m", "idearc", "migrate"]
    subprocess.run(command, cwd=tmp_path / "newer", check=True, timeout=60)
    assert len(store.findings(FEATURES, idea.id)) == 5
    assert list(store.results([idea.id])) == [(idea.id, "features")]
    store.close()
    with pytest.raises(StoreError, match="0006 by a newer Idearc"):
        Store(empty_database_url)


def test_a_backup_from_before_an_update_is_the_way_back(tmp_path: Path) -> None:
    database_url = f"sqlite:///{tmp_path / 'idearc.db'}"
    store = Store(database_url)
    idea = store.add_idea(an_idea())[0]
    store.close()
    back_up(database_url, tmp_path / "before.db")
    engine = create(database_url, lock_seconds=10)
    run(engine, "UPDATE alembic_version SET version_num = '9999'", "DROP TABLE feature")
    engine.dispose()
    with pytest.raises(StoreError, match="or put back a backup from before its update"):
        Store(database_url)
    assert restore(database_url, tmp_path / "before.db") == 1
    store = Store(database_url)
    assert store.save(FEATURES, idea.id, answer("a"), 0)
    store.close()
