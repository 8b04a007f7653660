"""A backup of SQLite's file, taken and put back while others read and write it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from idearc.database import migrate, readable_errors, sqlite_file
from idearc.errors import InputError, StoreError

_WAIT_SECONDS = 60  # for others that write


def back_up(database_url: str, file: Path) -> None:
    """Writes all that is stored at this moment to a new file, for its owner's eyes alone.

    Raises InputError where there is a file already, or none can be made; StoreError.
    """
    with _database(database_url) as database:
        try:
            os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))
        except OSError as error:
            raise InputError(f"{file} can't be written: {error.strerror}.") from error
        with closing(sqlite3.connect(file)) as copy:
            database.backup(copy)


def restore(database_url: str, file: Path) -> None:
    """Puts what is in the file in the place of all that is stored, in one transaction.

    Raises InputError, and changes nothing, where the file is no whole backup; StoreError.
    """
    with _database(database_url) as database, _backup(file) as copy:
        copy.backup(database)
    migrate(database_url)  # it may be older than the code


@contextmanager
def _backup(file: Path) -> Iterator[sqlite3.Connection]:
    try:
        copy = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error as error:
        raise InputError(f"{file} can't be read: {error}. Nothing was changed.") from error
    with closing(copy):
        try:
            (found,) = copy.execute("PRAGMA integrity_check").fetchone()
            copy.execute("SELECT version_num FROM alembic_version, idea")
        except sqlite3.Error as error:
            found = str(error)
        if found != "ok":
            raise InputError(f"{file} is no whole backup of Idearc: {found}. Nothing was changed.")
        yield copy


@contextmanager
def _database(database_url: str) -> Iterator[sqlite3.Connection]:
    with readable_errors():
        path = sqlite_file(database_url)
    if path is None:
        raise StoreError("This is for SQLite. PostgreSQL has its own: pg_dump and pg_restore.")
    try:
        with closing(sqlite3.connect(path, timeout=_WAIT_SECONDS)) as database:
            database.execute("PRAGMA secure_delete=ON")
            yield database
    except sqlite3.Error as error:
        raise StoreError(f"This did not work: {error}. Nothing was changed; try again.") from error
