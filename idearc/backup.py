"""A backup of SQLite's file, taken and put back while others read and write it."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from idearc.database import migrate, readable_errors, sqlite_file
from idearc.errors import InputError, StoreError
from idearc.migrations import NEWEST

_WAIT_SECONDS = 60  # for others that write


def back_up(database_url: str, file: Path) -> int:
    """Writes all that is stored at this moment to a new file, for its owner's eyes alone.

    The number of ideas. Raises InputError where there is a file already, or none can be made, and
    StoreError where nothing is stored.
    """
    path = _file_of(database_url)
    with _ours(path, "rw", StoreError) as (database, ideas):
        try:
            os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError as error:
            raise InputError(f"{file} is there already: choose another name.") from error
        except OSError as error:
            raise InputError(f"{file} can't be written: {error.strerror}.") from error
        try:
            with _told(), closing(sqlite3.connect(file)) as copy:
                database.backup(copy, progress=_until_deadline())
                copy.execute("PRAGMA journal_mode=DELETE")  # one file alone
        except StoreError:
            file.unlink()
            raise
        return ideas


def restore(database_url: str, file: Path) -> int:
    """Puts what is in the file in the place of all that is stored, in one transaction.

    The number of ideas. Raises InputError, and changes nothing, where the file is no whole backup;
    StoreError.
    """
    path = _file_of(database_url)
    with _ours(file, "ro", InputError) as (copy, ideas):
        with _told(), closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA secure_delete=ON")
            copy.backup(database, progress=_until_deadline())
        migrate(database_url)  # it may be older than the code
        return ideas


def _file_of(database_url: str) -> Path:
    with readable_errors():
        path = sqlite_file(database_url)
    if path is None:
        raise StoreError("This is for SQLite. PostgreSQL has its own: pg_dump and pg_restore.")
    return path


@contextmanager
def _ours(
    path: Path, mode: str, error: type[InputError | StoreError]
) -> Iterator[tuple[sqlite3.Connection, int]]:
    """A database of Idearc that is whole, and the number of its ideas; else raises the error."""
    try:
        database = sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True)
    except sqlite3.Error as cause:
        raise error(f"{path} can't be read: {cause}. Nothing was changed.") from cause
    with closing(database):
        ideas = 0
        try:
            (found,) = database.execute("PRAGMA integrity_check").fetchone()
            (revision,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
            (ideas,) = database.execute("SELECT count(*) FROM idea").fetchone()
            if revision > NEWEST:
                found = f"it is of a newer Idearc (revision {revision}, this one knows {NEWEST})"
        except (sqlite3.Error, TypeError) as cause:
            found = str(cause)
        if found != "ok":
            raise error(f"{path} can't be used: {found}. Nothing was changed.")
        yield database, ideas


def _until_deadline() -> Callable[[int, int, int], None]:
    """Python's own backup would wait for ever while others write."""
    deadline = time.monotonic() + _WAIT_SECONDS

    def check(_status: int, _remaining: int, _total: int) -> None:
        if time.monotonic() > deadline:
            raise sqlite3.OperationalError("others write all the time")

    return check


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"This did not work: {error}. Nothing was changed; try again.") from error
