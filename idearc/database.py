"""The database: an engine for its kind, with tables that are as new as the code."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from idearc import migrations
from idearc.errors import StoreError

_MIGRATION_LOCK = 7_233_642_917  # any number that no other use of the database takes


def open_database(database_url: str, lock_seconds: float) -> Engine:
    """With all tables; SQLite waits up to `lock_seconds` while another process writes.

    Raises StoreError when a server's tables are older than the code: who runs it says when they
    are changed.
    """
    engine = create(database_url, lock_seconds)
    try:
        with engine.connect() as connection:
            is_ready = migrations.is_current(connection)
        if not is_ready and engine.dialect.name == "sqlite":
            _migrate(engine)
        elif not is_ready:
            raise StoreError(
                "The database has not all tables that this Idearc needs. Run "
                "`idearc migrate` once, then try again."
            )
    except Exception:
        engine.dispose()
        raise
    return engine


def migrate(database_url: str) -> None:
    """Makes and changes tables until they are as the code needs them. Raises StoreError."""
    with readable_errors():
        engine = create(database_url, lock_seconds=60)
        _migrate(engine)
        engine.dispose()


def _migrate(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.detach()  # it is of no other use afterwards
        begin_migration(connection)
        migrations.migrate(connection)


def begin_migration(connection: Connection) -> None:
    """A transaction in which tables are changed, one process after the other."""
    if connection.dialect.name == "sqlite":
        # SQLite changes a table by making it anew: dropping the old one would delete what refers
        # to it. Has no effect inside a transaction.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})


def create(database_url: str, lock_seconds: float) -> Engine:
    """The engine for the database, which nobody has asked anything yet."""
    url = _parse(database_url)
    match url.get_backend_name():
        case "sqlite":
            return _sqlite(url, lock_seconds)
        case "postgresql":
            return _postgresql(url, lock_seconds)
        case _:
            raise ArgumentError("it is neither sqlite:///… nor postgresql://…")


def sqlite_file(database_url: str) -> Path | None:
    """Where SQLite keeps it; None for another kind of database."""
    url = _parse(database_url)
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


@contextmanager
def readable_errors() -> Iterator[None]:
    """What goes wrong with the database is raised as a StoreError."""
    try:
        yield
    except (SQLAlchemyError, ImportError, OSError) as error:  # ImportError: no driver for it
        cause = getattr(error, "orig", None) or error
        # PostgreSQL's details may quote a row.
        words = getattr(getattr(cause, "diag", None), "message_primary", None) or str(cause)
        words = " ".join(words.split()).rstrip(".?")
        raise StoreError(
            f"The database can't be used: {words}. Check IDEARC_DATABASE_URL, that the "
            "database can be reached and that its disk has room, then try again."
        ) from error


def _parse(database_url: str) -> URL:
    try:
        return make_url(database_url)
    except ValueError:  # its text may quote a piece of a password
        raise ArgumentError("it is not the address of a database") from None


def _sqlite(url: URL, lock_seconds: float) -> Engine:
    if url.database in {None, "", ":memory:"}:
        raise ArgumentError("SQLite needs a file here, as in sqlite:////path/to/idearc.db")
    file = Path(str(url.database))
    is_uri = str(url.database).startswith("file:")  # who writes one knows where it is
    if not is_uri and not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)  # wherever it lies, its owner alone reads it
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args={"timeout": lock_seconds},
        max_overflow=-1,  # nobody waits for a connection: it is an open file, no more
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: Any) -> None:
        # Kept by the file. While another process makes the file, SQLite refuses without waiting:
        # then that one sets it.
        with suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")  # or what is deleted stays in the file

    return engine


def clear_log(engine: Engine) -> None:
    """Takes what was deleted out of SQLite's log, as far as nobody reads it at this moment."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _postgresql(url: URL, lock_seconds: float) -> Engine:
    return create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,  # after a restart of the database nobody meets its dead connections
        pool_size=10,
        max_overflow=10,
        pool_timeout=lock_seconds,
        # A host that is gone says nothing at all: in seconds, then in milliseconds.
        connect_args={"connect_timeout": 5, "tcp_user_timeout": 20_000},
    )
