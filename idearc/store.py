"""The store: all queries there are."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict

from sqlalchemy import ColumnElement, and_, case, true
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, func, select
from sqlmodel.sql.expression import SelectOfScalar

from idearc.database import clear_log, open_database, readable_errors
from idearc.jobs import JOBS, Job
from idearc.models import Choice, Finding, Idea, Result, Share
from idearc.providers import Answer
from idearc.snapshot import Part, Snapshot
from idearc.spelling import normalised

_ATTEMPTS = 9  # to be the next version, while others refine the same idea


class Store:
    """Ideas and results in one database: inserted, never changed, deleted as a whole.

    Safe to share between threads, and one database between processes. Every call is a transaction
    of its own and raises StoreError when the database can't be used.
    """

    def __init__(self, database_url: str, lock_seconds: float = 10) -> None:
        """Who writes to SQLite waits up to `lock_seconds` while others do."""
        self._turn = threading.Lock()
        self._lock_seconds = lock_seconds
        with readable_errors():
            self._engine = open_database(database_url, lock_seconds)

    def close(self) -> None:
        self._engine.dispose()

    @property
    def address(self) -> str:
        """Where the database is, without a password."""
        return self._engine.url.set(query={}).render_as_string(hide_password=True)

    def add_idea(self, idea: Idea) -> tuple[Idea, bool]:
        """Keeps the idea, as the next version of its line.

        The one stored before, and False, when its token was used already.
        """
        last = select(func.max(Idea.version)).where(Idea.line_id == idea.line_id)
        with self._writing() as session:
            for is_last_attempt in (*[False] * _ATTEMPTS, True):
                idea.version = 1 + max(session.exec(last).one() or 0, idea.parent_version or 0)
                session.add(idea)
                try:
                    session.commit()
                except IntegrityError:
                    session.rollback()
                    same = session.exec(_with_token(idea.token)).one_or_none()
                    if same:
                        return same, False
                    if is_last_attempt:
                        raise
                else:
                    break  # nobody else took that version in between
            return idea, True

    def idea_of(self, token: str) -> Idea | None:
        """The one that was submitted with this token."""
        with self._session() as session:
            return session.exec(_with_token(token)).one_or_none()

    def idea(self, idea_id: str) -> Idea | None:
        with self._session() as session:
            return session.get(Idea, idea_id)

    def share(self, idea_id: str) -> Share | None:
        with self._session() as session:
            return session.exec(select(Share).where(Share.idea_id == idea_id)).one_or_none()

    def add_share(self, share: Share) -> None:
        """Dropped when the idea has one, or is gone."""
        with self._writing() as session, suppress(IntegrityError):
            session.add(share)
            session.commit()

    def delete_share(self, idea_id: str) -> None:
        with self._writing() as session:
            session.exec(delete(Share).where(col(Share.idea_id) == idea_id))
            session.commit()

    def shared_idea(self, share_id: str) -> Idea | None:
        with self._session() as session:
            return session.exec(select(Idea).join(Share).where(Share.id == share_id)).one_or_none()

    def add_snapshot(self, snapshot: Snapshot) -> None:
        """Keeps the idea with all of its rows, or nothing of them."""
        with self._writing() as session:
            session.add(snapshot.idea)
            session.flush()  # the rows refer to it
            session.add_all(snapshot.rows())
            session.commit()

    def snapshot(self, idea: Idea) -> Snapshot:
        """The idea with all that is stored of it by now: nothing, when it is gone."""
        results = self.results([idea.id])
        parts = [
            Part(job, found[0], self.findings(job, idea.id), self.choices(job, idea.id))
            for job in JOBS.values()
            if (found := results.get((idea.id, job.name)))
        ]
        return Snapshot(idea, parts)

    def delete_idea(self, idea_id: str) -> None:
        """Deletes the idea with all that belongs to it; what is saved for it later is dropped."""
        with self._writing() as session:
            session.exec(delete(Idea).where(col(Idea.id) == idea_id))
            session.commit()
            clear_log(self._engine)

    def ideas(
        self, *, limit: int, offset: int = 0, search: str = "", owner: str = ""
    ) -> Sequence[Idea]:
        """Those of the owner that hold all the words, or what looks alike; the newest first."""
        newest = select(Idea).order_by(col(Idea.created_at).desc(), col(Idea.id).desc())
        found = newest.where(Idea.owner == owner, _matches(search))
        with self._session() as session:
            return session.exec(found.limit(limit).offset(offset)).all()

    def count_ideas(self, search: str = "", owner: str | None = None) -> int:
        """Those of the owner; without one, of everybody."""
        is_theirs = true() if owner is None else col(Idea.owner) == owner
        with self._session() as session:
            return session.exec(
                select(func.count()).select_from(Idea).where(is_theirs, _matches(search))
            ).one()

    def versions(self, line_id: str) -> Sequence[Idea]:
        """The versions of an idea, the first one first."""
        query = select(Idea).where(Idea.line_id == line_id).order_by(col(Idea.version))
        with self._session() as session:
            return session.exec(query).all()

    def last_versions(self, line_ids: Sequence[str]) -> Mapping[str, int]:
        """The number of each line's last version."""
        last = select(Idea.line_id, func.max(Idea.version)).group_by(Idea.line_id)
        with self._session() as session:
            return dict(session.exec(last.where(col(Idea.line_id).in_(line_ids))).all())

    def results(self, idea_ids: Sequence[str]) -> dict[tuple[str, str], tuple[Result, int]]:
        """The results of these ideas by idea id and job name, each with its number of findings."""
        count = case(
            {
                job.name: select(func.count())
                .where(job.table.idea_id == Result.idea_id)
                .scalar_subquery()
                for job in JOBS.values()
            },
            value=col(Result.job),
            else_=0,
        )
        with self._session() as session:
            found = session.exec(select(Result, count).where(col(Result.idea_id).in_(idea_ids)))
            return {(result.idea_id, result.job): (result, number) for result, number in found}

    def findings(self, job: Job, idea_id: str) -> Sequence[Finding]:
        """The findings of a job's result in the order of the answer."""
        query = (
            select(job.table).where(job.table.idea_id == idea_id).order_by(col(job.table.position))
        )
        with self._session() as session:
            return session.exec(query).all()

    def latest_seconds(self, job_name: str, limit: int) -> Sequence[float]:
        """How long the job took for its latest results, as long as one model gave them."""
        latest = select(Result.model, Result.seconds).where(Result.job == job_name)
        newest_first = latest.order_by(col(Result.created_at).desc()).limit(limit)
        with self._session() as session:
            found = session.exec(newest_first).all()
        return [seconds for model, seconds in found if model == found[0][0]]

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
        with self._writing() as session:
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

    def choices(self, job: Job, idea_id: str) -> Mapping[int, bool]:
        """What the visitor has chosen last, by the position of the finding."""
        made = select(Choice).where(Choice.idea_id == idea_id, Choice.job == job.name)
        with self._session() as session:
            found = session.exec(made.order_by(col(Choice.id)))
            return {choice.position: choice.is_chosen for choice in found}

    def add_choice(self, choice: Choice) -> None:
        """Dropped when the idea is gone."""
        with self._writing() as session:
            session.add(choice)
            try:
                session.commit()
            except IntegrityError:
                session.rollback()
                if session.get(Idea, choice.idea_id):
                    raise

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """A session that changes something: with SQLite one at a time, about as they came.

        SQLite's own waiters ask again now and then, and some are never lucky. Who has waited for
        half of the time goes on without a turn.
        """
        if self._engine.dialect.name != "sqlite":
            with self._session() as session:
                yield session
            return
        deadline = time.monotonic() + self._lock_seconds
        has_turn = self._turn.acquire(timeout=self._lock_seconds / 2)
        try:
            with self._session() as session:
                left = max(0, round(1000 * (deadline - time.monotonic())))
                session.connection().exec_driver_sql(f"PRAGMA busy_timeout={left}")
                yield session
        finally:
            if has_turn:
                self._turn.release()

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with readable_errors(), Session(self._engine, expire_on_commit=False) as session:
            yield session


def _with_token(token: str) -> SelectOfScalar[Idea]:
    return select(Idea).where(Idea.token == token)


def _matches(search: str) -> ColumnElement[bool]:
    words = normalised(search).split()
    return and_(true(), *(col(Idea.searched).contains(word, autoescape=True) for word in words))
