"""Submit, run, fail, retry, refine, tick, carry, delete in any order: all is as a model says."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from conftest import TEXT, example_findings, quiet
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from idearc import snapshot
from idearc.core import Idearc
from idearc.errors import InputError, ProviderError
from idearc.jobs import JOBS, Job
from idearc.limits import Limits
from idearc.models import Base, Idea, new_id, now
from idearc.preview import Note
from idearc.progress import State
from idearc.providers import Answer, Provenance, Search
from idearc.run import run_job
from idearc.runners import Failed, Outcome, RunKey, Running, attempt
from idearc.store import Store


class Provider:
    """Answers, or fails when it is told to."""

    fails = False

    def ask(self, job: Job, _idea: Idea, _note: Note, _search: Search | None = None) -> Answer:
        if self.fails:
            raise ProviderError("The reason.")
        return Answer(example_findings(job), Provenance("p", "m", 1, 2))

    def check(self) -> str:
        return ""


class HandRunner:
    """Runs go on when they are told to; those that were cancelled, too, as with threads."""

    is_local = True

    def __init__(self) -> None:
        self.begun: list[RunKey] = []
        self.known: dict[RunKey, Outcome] = {}

    def start(self, idea_id: str, job_names: Sequence[str]) -> None:
        for key in [(idea_id, name) for name in job_names]:
            if not isinstance(self.known.get(key), Running):
                self.known[key] = Running(now())
                self.begun.append(key)

    def cancel(self, idea_id: str, job_names: Sequence[str]) -> None:
        for key in [(idea_id, name) for name in job_names]:
            if isinstance(self.known.get(key), Running):
                self.known[key] = Failed("Cancelled.")

    def outcomes(self, runs: Sequence[RunKey]) -> dict[RunKey, Outcome]:
        return {key: self.known.get(key) for key in runs}


@dataclass
class Expected:
    """What the model knows of an idea."""

    text: str
    line: int
    version: int
    parent: int | None = None
    states: dict[str, State] = field(default_factory=lambda: dict.fromkeys(JOBS, State.WORKING))
    choices: dict[int, bool] = field(default_factory=dict)  # of features


class Life(RuleBasedStateMachine):
    store: Store  # set by the test

    @initialize()
    def begin(self) -> None:
        for idea in self.store.ideas(limit=1_000):
            self.store.delete_idea(idea.id)
        self.expected: dict[str, Expected] = {}
        self.deleted: list[str] = []
        self.lines = 0
        self.provider = Provider()
        self.restart()

    @rule()
    def restart(self) -> None:
        self.runner = HandRunner()
        self.idearc = Idearc(
            self.store,
            self.runner,
            max_ticks=24,
            tick_seconds=5,
            process_started_at=now(),
            changed=threading.Event(),
            limits=Limits(ideas_per_hour=1, runs_at_once=1),  # not for who is alone
        )
        for one in self.expected.values():
            for name, state in one.states.items():
                one.states[name] = state if state == State.DONE else State.INTERRUPTED

    def one_of(self, number: int) -> str:
        return list(self.expected)[number % len(self.expected)]

    @rule(number=st.integers(0, 9))
    def submit(self, number: int) -> None:
        written, token = f"{TEXT} {number}", new_id()
        ids = {self.idearc.submit("", written, token) for _ in range(2)}
        assert len(ids) == 1
        self.lines += 1
        self.expected[ids.pop()] = Expected(written, self.lines, 1)

    @precondition(lambda self: self.expected)
    @rule(number=st.integers(0, 99))
    def refine(self, number: int) -> None:
        parent = self.one_of(number)
        known = self.expected[parent]
        written = f"{known.text} More."
        made = self.idearc.submit("", written, new_id(), parent=self.idearc.idea(parent))
        versions = [one.version for one in self.expected.values() if one.line == known.line]
        self.expected[made] = Expected(written, known.line, max(versions) + 1, known.version)

    @precondition(lambda self: self.runner.begun)
    @rule(number=st.integers(0, 99), fails=st.booleans())
    def run(self, number: int, fails: bool) -> None:
        """A run that has begun goes on to its end, whatever has become of its idea."""
        key = self.runner.begun.pop(number % len(self.runner.begun))
        idea_id, name = key
        self.provider.fails = fails

        def one_run(job_name: str, idea_id: str, note: Note) -> None:
            run_job(self.store, self.provider, None, job_name, idea_id, note)

        outcome = attempt(one_run, name, idea_id, quiet)
        if idea_id in self.expected:
            self.runner.known[key] = outcome
            is_done = self.expected[idea_id].states[name] == State.DONE or not fails
            self.expected[idea_id].states[name] = State.DONE if is_done else State.FAILED

    @precondition(lambda self: self.expected)
    @rule(number=st.integers(0, 99), name=st.sampled_from(list(JOBS)))
    def retry(self, number: int, name: str) -> None:
        idea_id = self.one_of(number)
        self.idearc.retry(name, idea_id)
        if self.expected[idea_id].states[name] != State.DONE:
            self.expected[idea_id].states[name] = State.WORKING

    @precondition(lambda self: self.expected)
    @rule(number=st.integers(0, 99), place=st.integers(0, 6), is_chosen=st.booleans())
    def tick(self, number: int, place: int, is_chosen: bool) -> None:
        idea_id = self.one_of(number)
        self.idearc.choose(JOBS["features"], idea_id, place, is_chosen)
        self.expected[idea_id].choices[place] = is_chosen

    @precondition(lambda self: self.expected)
    @rule(number=st.integers(0, 99))
    def carry_over(self, number: int) -> None:
        """By a file, as a new idea; without what has not been found yet."""
        known = self.expected[idea_id := self.one_of(number)]
        file = snapshot.write(self.idearc.snapshot(self.idearc.idea(idea_id)))
        carried = snapshot.read(file.encode())
        carried.idea.created_at = now()  # else it would be older than this process
        self.store.add_snapshot(carried)
        self.lines += 1
        made = self.expected[carried.idea.id] = Expected(known.text, self.lines, 1)
        for name, state in known.states.items():
            made.states[name] = state if state == State.DONE else State.WORKING
        if known.states["features"] == State.DONE:
            made.choices = dict(known.choices)

    @precondition(lambda self: self.expected)
    @rule(number=st.integers(0, 99))
    def delete(self, number: int) -> None:
        idea_id = self.one_of(number)
        self.idearc.delete(idea_id)
        del self.expected[idea_id]
        self.deleted.append(idea_id)

    @precondition(lambda self: self.deleted)
    @rule(number=st.integers(0, 99), name=st.sampled_from(list(JOBS)))
    def act_on_what_is_gone(self, number: int, name: str) -> None:
        """As from a page that is still open."""
        idea_id = self.deleted[number % len(self.deleted)]
        with pytest.raises(InputError):
            self.idearc.idea(idea_id)
        self.idearc.retry(name, idea_id)
        self.idearc.choose(JOBS["features"], idea_id, 0, True)
        self.idearc.delete(idea_id)

    @invariant()
    def all_is_as_expected(self) -> None:
        ideas = {idea.id: idea for idea in self.idearc.ideas(1)}
        assert set(ideas) == set(self.expected)
        progress = self.idearc.progress(list(ideas.values()))
        for idea_id, known in self.expected.items():
            idea = ideas[idea_id]
            assert (idea.text, idea.version, idea.parent_version) == (
                known.text,
                known.version,
                known.parent,
            )
            line = {one for one, other in self.expected.items() if other.line == known.line}
            assert {one.id for one in self.idearc.versions(idea)} == line
            assert {name: one.state for name, one in progress[idea_id].items()} == known.states
            for name, job in JOBS.items():
                found = [one.name for one in self.idearc.findings(job, idea_id)]
                there = [one.name for one in example_findings(job)]
                assert found == (there if known.states[name] == State.DONE else [])
            if part := self.idearc.snapshot(idea).part(JOBS["features"]):
                assert part.choices == known.choices

    @invariant()
    def nothing_is_left_of_what_was_deleted(self) -> None:
        with self.store._engine.connect() as connection:
            for table in set(Base.metadata.tables) - {"idea"}:
                owners = connection.scalars(text(f"SELECT DISTINCT idea_id FROM {table}"))
                assert set(owners) <= set(self.expected)


def test_in_any_order_all_is_as_the_model_says(each_database_url: str) -> None:
    store = Store(each_database_url)
    machine = type("LifeHere", (Life,), {"store": store})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=4, stateful_step_count=30, deadline=None)
    )
    store.close()
