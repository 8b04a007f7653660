"""The database: an engine for its kind, and tables that are as new as the code."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from idearc.errors import StoreError
from idearc.models import Base


def open_database(database_url: str, lock_seconds: float) -> Engine:
    """With all tables; SQLite waits up to `lock_seconds` while another process writes."""
    url = _parse(database_url)
    is_file = url.get_backend_name() == "sqlite"
    engine = _sqlite(url, lock_seconds) if is_file else _server(url)
    with engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            connection.execute(CreateTable(table, if_not_exists=True))
            _add_new_columns(connection, table)
            for index in table.indexes:
                connection.execute(CreateIndex(index, if_not_exists=True))
    return engine


@contextmanager
def readable_errors() -> Iterator[None]:
    """What goes wrong with the database is raised as a StoreError."""
    try:
        yield
    except (SQLAlchemyError, ImportError, OSError) as error:  # ImportError: no driver for it
        cause = getattr(error, "orig", None) or error
        raise StoreError(
            f"The database can't be used: {cause}. Check IDEARC_DATABASE_URL, that the "
            "database can be reached and that its disk has room, then try again."
        ) from error


def _add_new_columns(connection: Connection, table: Table) -> None:
    """To a table that an older Idearc has made; what was stored gets the column's default."""
    known = {column["name"] for column in inspect(connection).get_columns(table.name)}
    for column in table.columns:
        if column.name not in known:
            definition = CreateColumn(column).compile(dialect=connection.dialect)
            connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {definition}"))


def _parse(database_url: str) -> URL:
    try:
        return make_url(database_url)
    except ValueError:  # its text may quote a piece of a password
        raise ArgumentError("it is not the address of a database") from None


def _sqlite(url: URL, lock_seconds: float) -> Engine:
    if url.database in {None, "", ":memory:"}:
        raise ArgumentError("SQLite needs a file here, as in sqlite:////path/to/idearc.db")
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
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
        # Its own knows only the capitals of ASCII.
        connection.create_function("lower", 1, _lower, deterministic=True)

    return engine


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _server(url: URL) -> Engine:
    return create_engine(url, hide_parameters=True, pool_pre_ping=True)
