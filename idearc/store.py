"""The store: all SQL there is."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable
from sqlmodel import Session, col, func, select

from idearc.errors import StoreError
from idearc.jobs import Job
from idearc.models import Base, Finding, Idea, Result
from idearc.providers import Answer


class Store:
    """Ideas and results in one database; only ever inserts.

    Safe to share between threads, and one database between processes. Every call is a transaction
    of its own and raises StoreError when the database can't be used.
    """

    def __init__(self, database_url: str, lock_seconds: float = 10) -> None:
        """SQLite waits up to `lock_seconds` while another process writes."""
        with _readable_errors():
            url = _parse(database_url)
            is_file = url.get_backend_name() == "sqlite"
            self._engine = _sqlite(url, lock_seconds) if is_file else _server(url)
            with self._engine.begin() as connection:
                for table in Base.metadata.sorted_tables:
                    connection.execute(CreateTable(table, if_not_exists=True))
                    _add_new_columns(connection, table)
                    for index in table.indexes:
                        connection.execute(CreateIndex(index, if_not_exists=True))

    def close(self) -> None:
        self._engine.dispose()

    def add_idea(self, idea: Idea) -> tuple[Idea, bool]:
        """Keeps the idea; the one stored before, and False, when its token was used already."""
        with self._session() as session:
            session.add(idea)
            try:
                session.commit()
            except IntegrityError:
                session.rollback()
                stored = session.exec(select(Idea).where(Idea.token == idea.token)).one()
                return stored, False
            return idea, True

    def idea(self, idea_id: str) -> Idea | None:
        with self._session() as session:
            return session.get(Idea, idea_id)

    def ideas(self, *, limit: int, offset: int = 0) -> Sequence[Idea]:
        """The newest first."""
        newest = select(Idea).order_by(col(Idea.created_at).desc(), col(Idea.id).desc())
        with self._session() as session:
            return session.exec(newest.limit(limit).offset(offset)).all()

    def count_ideas(self) -> int:
        with self._session() as session:
            return session.exec(select(func.count()).select_from(Idea)).one()

    def results(self, idea_ids: Sequence[str]) -> dict[tuple[str, str], Result]:
        """The results of these ideas, by idea id and job name."""
        with self._session() as session:
            found = session.exec(select(Result).where(col(Result.idea_id).in_(idea_ids)))
            return {(result.idea_id, result.job): result for result in found}

    def findings(self, job: Job, idea_id: str) -> Sequence[Finding]:
        """The findings of a job's result in the order of the answer."""
        query = (
            select(job.table).where(job.table.idea_id == idea_id).order_by(col(job.table.position))
        )
        with self._session() as session:
            return session.exec(query).all()

    def save(self, job: Job, idea_id: str, answer: Answer, seconds: float) -> bool:
        """Keeps a job's result and all its findings, or nothing of them.

        False, and the answer is dropped, when the idea has a result of this job already or is
        gone.
        """
        result = Result(idea_id=idea_id, job=job.name, seconds=seconds, **asdict(answer.provenance))
        findings = [
            job.table(idea_id=idea_id, position=position, **finding.model_dump())
            for position, finding in enumerate(answer.findings)
        ]
        with self._session() as session:
            session.add_all([result, *findings])
            try:
                session.commit()
            except IntegrityError:
                session.rollback()
                lost_the_race = session.get(Result, (idea_id, job.name)) is not None
                if lost_the_race or session.get(Idea, idea_id) is None:
                    return False
                raise
            return True

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with _readable_errors(), Session(self._engine, expire_on_commit=False) as session:
            yield session


@contextmanager
def _readable_errors() -> Iterator[None]:
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

    return engine


def _server(url: URL) -> Engine:
    return create_engine(url, hide_parameters=True, pool_pre_ping=True)
