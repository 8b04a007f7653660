"""A backup by the two commands of OPERATING.md, while ideas come in."""

import os
import re
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from conftest import an_idea
from writers import FEATURES, answer

from idearc.backup import back_up, restore
from idearc.errors import IdearcError
from idearc.store import Store


def command(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    whole = [sys.executable, "-m", "idearc", *arguments]
    environment = {**os.environ, **settings}
    return subprocess.run(whole, env=environment, capture_output=True, text=True, timeout=60)


def names(store: Store) -> set[str]:
    return {idea.name for idea in store.ideas(limit=100_000)}


def test_what_was_stored_at_that_moment_comes_back_while_others_write(
    store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "ideas.db"
    assert (tmp_path / "idearc.db").stat().st_mode & 0o077 == 0
    kept = store.add_idea(an_idea(name="Kept"))[0]
    assert store.save(FEATURES, kept.id, answer("a"), 0)
    is_over = threading.Event()

    def write() -> None:
        while not is_over.is_set():
            idea = store.add_idea(an_idea(name="Meanwhile"))[0]
            store.save(FEATURES, idea.id, answer("b"), 0)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        done = command("backup", str(file))
        assert (done.returncode, done.stderr) == (0, "")
        assert re.search(r"is in .*ideas.db: \d+ ideas?\.", done.stdout)
        assert file.stat().st_mode & 0o077 == 0
        store.delete_idea(kept.id)
        assert "Kept" not in names(store)
        done = command("restore", str(file))
        assert (done.returncode, done.stderr) == (0, "")
    finally:
        is_over.set()
        writer.join()
    assert "Kept" in names(store)  # by the same connections
    assert [one.name for one in store.findings(FEATURES, kept.id)] == [f"a {n}" for n in range(5)]
    assert store.add_idea(an_idea(name="Later"))[1]
    for idea in store.ideas(limit=100_000):  # each idea's rows are whole, as ever
        assert len(store.findings(FEATURES, idea.id)) in {0, 5}
    with closing(sqlite3.connect(tmp_path / "idearc.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_backup_never_overwrites(store: Store, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = command("backup", str(tmp_path / "mine.txt"))
    assert done.returncode == 1
    assert "mine.txt is there already: choose another name." in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert "No such file" in command("backup", str(tmp_path / "no" / "x.db")).stderr


def test_a_backup_of_nothing_is_none(tmp_path: Path) -> None:
    """As from another folder, where the settings are not read."""
    nowhere = {"IDEARC_DATABASE_URL": f"sqlite:///{tmp_path / 'typo.db'}"}
    done = command("backup", str(tmp_path / "ideas.db"), **nowhere)
    assert (done.returncode, "typo.db can't be read" in done.stderr) == (1, True)
    done = command("restore", str(tmp_path / "ideas.db"))
    assert (done.returncode, "Nothing was changed." in done.stderr) == (1, True)
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [None, b"", b"no database", "another", "cut", "newer"])
def test_what_is_no_backup_changes_nothing(
    store: Store, tmp_path: Path, content: bytes | str | None
) -> None:
    store.add_idea(an_idea(name="Mine"))
    file = tmp_path / "other.db"
    match content:
        case bytes():
            file.write_bytes(content)
        case "another":
            with closing(sqlite3.connect(file)) as other:
                other.execute("CREATE TABLE t (x)")
        case "cut" | "newer":
            back_up(os.environ["IDEARC_DATABASE_URL"], file)
            if content == "cut":
                file.write_bytes(file.read_bytes()[:20_000])
            else:
                with closing(sqlite3.connect(file)) as newer:
                    newer.execute("UPDATE alembic_version SET version_num = '9999'")
                    newer.commit()
    with pytest.raises(IdearcError, match=r"Nothing was changed\."):
        restore(os.environ["IDEARC_DATABASE_URL"], file)
    assert names(store) == {"Mine"}


def test_postgresql_has_its_own(postgres_url: str, tmp_path: Path) -> None:
    for name in ("backup", "restore"):
        done = command(name, str(tmp_path / "x.db"), IDEARC_DATABASE_URL=postgres_url)
        assert (done.returncode, "pg_dump and pg_restore" in done.stderr) == (1, True)
