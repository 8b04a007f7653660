"""Whatever a model's server does: one job fails with a reason or succeeds, and all else is well.

Each fault meets each job, on threads with both kinds of provider and on Temporal with one of them,
many at once: an idea for each, of which one job is asked at a server that has the fault and the
others at one that has none. CI prints what the tabs say as a table.
"""

import gzip
import json
import re
import threading
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil
import pytest
from conftest import API_KEY, TEXT, example_findings
from model_server import ModelServer, Reply
from processes import free_port
from temporal_server import TemporalServer, worker_here

from idearc.bootstrap import connection
from idearc.core import Idearc
from idearc.jobs import JOBS, Job
from idearc.limits import Limits
from idearc.models import Idea, new_id, now
from idearc.preview import Note
from idearc.progress import State
from idearc.providers import Answer, Provider, Search
from idearc.providers.compatible import CompatibleProvider
from idearc.providers.openai import OpenAIProvider
from idearc.providers.server import ServerProvider
from idearc.run import run_job
from idearc.runners import Runner, engine
from idearc.runners.temporal import TemporalRunner
from idearc.runners.threads import ThreadRunner
from idearc.settings import read_settings
from idearc.store import Store

LIMIT_SECONDS = 10  # of a run; 50 MB take seconds to make
MAX_RETRIES = 1  # of the SDK; Temporal's attempts are one more
# Each run has a deadline, and all servers are in this process, or keep all in SQLite.
AT_ONCE = {"threads": 40, "temporal": 12}


@dataclass(frozen=True)
class Fault:
    name: str
    reply: Reply = field(default_factory=Reply)
    says: str = ""  # what the tab says then, a pattern; else there is a result
    address: str = ""  # instead of the server's own
    is_silent: bool = False


def in_each_text(words: str) -> Callable[[Any], str]:
    """The example, with these words before each of its texts; as escapes, as JSON has them."""

    def change(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: change(one, key) for key, one in value.items()}
        if isinstance(value, list):
            return [change(one, name) for one in value]
        is_text = isinstance(value, str) and name not in {"kind", "effort", "url", "sources"}
        return words + value if is_text else value

    return lambda example: json.dumps(change(example))


def with_lists(change: Callable[[list[Any]], list[Any]]) -> Callable[[Any], str]:
    return lambda example: json.dumps(
        {key: change(one) if isinstance(one, list) else one for key, one in example.items()}
    )


def many(items: list[Any]) -> list[Any]:
    return [{**one, "name": f"{one['name']} {place}"} for place in range(500) for one in items[:1]]


NOT_STARTED = "Temporal knows nothing of this"
WRONG_FORM = "gave an answer of the wrong form twice"
UNREADABLE = "answered in a form that can't be read"
NOT_REACHED = "can't be reached"
TOO_SLOW = rf"gave no result within {LIMIT_SECONDS} s"
BROKEN = r"overloaded or broken .*Try again in a minute"
PACKED = gzip.compress(b"x" * 50_000_000)
QUOTA = {"code": "insufficient_quota", "message": "pay"}

SHORT_OF = b'data: {"error": {"code": 503, "message": "no memory"}}\n\n'

FAULTS = [
    Fault("400", Reply(status=400), "answered 400"),
    Fault("401", Reply(status=401), "answered 401: the API key was refused"),
    Fault("403", Reply(status=403, error={"message": f"no {API_KEY}"}), r"403: no \[API key\]"),
    Fault("404, model unknown", Reply(status=404, error={"message": "no model"}), "404: no model"),
    Fault("408", Reply(status=408), "answered 408"),
    Fault("409", Reply(status=409), "answered 409"),
    Fault("429", Reply(status=429), "429: too many requests. Try again in a minute"),
    Fault("429, Retry-After", Reply(status=429, headers={"Retry-After": "1"}), "429: too many"),
    Fault(
        "429, Retry-After: 1 h",
        Reply(status=429, headers={"Retry-After": "3600"}),
        "too many requests. Try again in 60 minutes",
    ),
    Fault("429, Retry-After: nan", Reply(status=429, headers={"Retry-After": "nan"}), "429: too"),
    Fault("429, no quota", Reply(status=429, error=QUOTA), "quota exceeded"),
    *(Fault(str(status), Reply(status=status), BROKEN) for status in (500, 502, 503, 529)),
    Fault("connection refused", says=NOT_REACHED, address=f"http://127.0.0.1:{free_port()}/v1"),
    Fault("closed before the answer", Reply(hang_up=True), NOT_REACHED),
    Fault("reset before the body", Reply(reset_after=0), NOT_REACHED),
    Fault("reset in the body", Reply(reset_after=0.5), NOT_REACHED),
    Fault("reset after the body", Reply(reset_after=1)),
    Fault("name not found", says=f"{NOT_REACHED}|{TOO_SLOW}", address="http://no.invalid/v1"),
    Fault("no TLS there", says=NOT_REACHED, address="https"),
    Fault("silence", says=TOO_SLOW, is_silent=True),
    Fault("a byte a second", Reply(seconds_per_byte=1), TOO_SLOW),
    Fault("a stream that stops half-way", Reply(change_stream=lambda lines: lines[:20])),
    Fault(
        "a stream that breaks off",
        Reply(change_stream=lambda lines: [*lines[:20], SHORT_OF]),
        BROKEN,
    ),
    Fault("a stream that falls silent", Reply(pauses_at=2), TOO_SLOW, is_silent=True),
    Fault("a stream that stays open", Reply(stays_open=True)),
    Fault("no stream, but an answer", Reply(streams=False)),
    Fault("9 MB of words", Reply(status=503, error={"message": "system role " * 750_000}), BROKEN),
    Fault("50 MB", Reply(change=lambda example: json.dumps([example, "x" * 50_000_000])), "10 MB"),
    Fault("50 MB, packed", Reply(body=PACKED, headers={"Content-Encoding": "gzip"}), "10 MB"),
    Fault("no HTTP body", Reply(body=b""), UNREADABLE),
    Fault("HTML", Reply(body=b"<h1>Log in</h1>"), UNREADABLE),
    Fault("invalid JSON", Reply(text='{"oops'), WRONG_FORM),
    Fault("in a code fence", Reply(change=lambda example: f"```json\n{json.dumps(example)}\n```")),
    Fault("truncated", Reply(change=lambda example: json.dumps(example)[:-40]), WRONG_FORM),
    Fault("wrong schema", Reply(text='{"answer": 42}'), WRONG_FORM),
    Fault("refusal", Reply(refusal="I won't."), "The model refused: I won't"),
    Fault("incomplete", Reply(incomplete="length"), "before its answer was whole"),
    Fault("empty lists", Reply(change=with_lists(lambda _items: []))),
    Fault("500 items", Reply(change=with_lists(many))),
    Fault("duplicates", Reply(change=with_lists(lambda items: items[:1] * 3))),
    Fault("fields of 100 kB", Reply(change=in_each_text("x" * 100_000))),
    Fault("NUL bytes", Reply(change=in_each_text("a\0b "))),
    Fault("lone surrogates", Reply(change=in_each_text("a\ud800b "))),
    Fault("control characters", Reply(change=in_each_text("a\x07\x1b[31m\x7f\x9bb "))),
    Fault("bidi characters", Reply(change=in_each_text("a\u202e\u2066b "))),
]


@dataclass
class Case:
    """One fault of one job, and what became of it."""

    fault: Fault
    job: Job
    idea_id: str = ""
    is_over: bool = False  # the fault is
    said: str = ""

    @property
    def name(self) -> str:
        return f"{self.fault.name} in {self.job.name}"


class Faulty:
    """Asks for the job of a case where its fault is, and for all else where there is none."""

    def __init__(self, cases: Sequence[Case], at: Mapping[str, Provider], well: Provider) -> None:
        self._cases = {case.name: case for case in cases}
        self._at = at
        self._well = well

    def ask(self, job: Job, idea: Idea, note: Note, search: Search | None = None) -> Answer:
        case = self._cases.get(idea.name)
        if case and case.job == job and not case.is_over:
            return self._at[case.fault.name].ask(job, idea, note, search)
        return self._well.ask(job, idea, note, search)

    def check(self) -> str:
        return ""


@contextmanager
def servers() -> Iterator[tuple[ModelServer, dict[str, str], list[ModelServer]]]:
    """One without a fault; where each fault is met; those that never answer."""
    with ExitStack() as stack:
        places: dict[str, str] = {}
        silent: list[ModelServer] = []
        for fault in FAULTS:
            server = stack.enter_context(ModelServer())
            server.always = dict.fromkeys(JOBS, fault.reply)
            if fault.is_silent:
                if not fault.reply.pauses_at:
                    server.gate.clear()
                silent.append(server)
            places[fault.name] = {
                "": server.url,
                "https": server.url.replace("http:", "https:"),
            }.get(fault.address, fault.address)
        yield stack.enter_context(ModelServer()), places, silent


@contextmanager
def thread_runner(store: Store, provider: Provider) -> Iterator[Runner]:
    yield ThreadRunner(
        lambda job_name, idea_id, note: run_job(store, provider, None, job_name, idea_id, note),
        max_jobs=200,
    )


@contextmanager
def temporal_runner(_store: Store, provider: Provider) -> Iterator[Runner]:
    with worker_here(max_jobs=16, provider=provider):
        limits = engine.Limits(2 * LIMIT_SECONDS, 1 + MAX_RETRIES)
        yield TemporalRunner(connection(read_settings()), limits)


RUNNERS = {"threads": thread_runner, "temporal": temporal_runner}
KINDS = [OpenAIProvider, CompatibleProvider]


def leftovers() -> Counter[str]:
    """What this process has open, but for what pools keep: connections to a database, threads."""
    this = psutil.Process()
    files = [file.path for file in this.open_files() if ".db" not in file.path]
    names = [re.sub(r"[-_ ]?\d+", "", thread.name) for thread in threading.enumerate()]
    threads = [name for name in names if name != "temporal_workflow_"]  # a pool, too
    connections = [f"connection {one.status}" for one in this.net_connections()]
    children = [f"process {child.pid}" for child in this.children()]
    return Counter([*files, *threads, *connections, *children])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("runner", RUNNERS)
def test_each_fault_is_told_and_harms_nothing_else(
    kind: type[ServerProvider],
    runner: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    store: Store,
    record_property: Callable[[str, object], None],
) -> None:
    faults = FAULTS
    if runner == "temporal":
        temporal: TemporalServer = request.getfixturevalue("temporal")
        monkeypatch.setenv("TEMPORAL_ADDRESS", temporal.address)
        faults = FAULTS[KINDS.index(kind) :: len(KINDS)]  # the kinds take turns
    slow_ones_together = sorted(faults, key=lambda fault: TOO_SLOW in fault.says)
    cases = [Case(fault, job) for fault in slow_ones_together for job in JOBS.values()]
    with servers() as (well, places, silent):

        def provider(url: str) -> Provider:
            retries = MAX_RETRIES if runner == "threads" else 0
            settings: dict[str, Any] = {"api_key": API_KEY, "model": "m", "base_url": url}
            return kind(timeout_seconds=LIMIT_SECONDS, max_retries=retries, **settings)

        at = {name: provider(url) for name, url in places.items()}
        with RUNNERS[runner](store, Faulty(cases, at, provider(well.url))) as running:
            idearc = Idearc(
                store,
                running,
                max_ticks=24,
                tick_seconds=5,
                process_started_at=now(),
                changed=threading.Event(),
                limits=Limits(1, 1),  # not for who is alone
            )
            wait(idearc, [idearc.submit("Without a fault", TEXT, new_id())])
            store.close()  # a connection stays open until then, for the next query
            before = leftovers()
            problems: list[str] = []
            for place in range(0, len(cases), AT_ONCE[runner]):
                batch = cases[place : place + AT_ONCE[runner]]
                problems += [*submit(idearc, batch), *try_again(idearc, batch)]
            problems += whole(store)
            for server in silent:
                server.gate.set()
                server.goes_on.set()
            store.close()
            deadline = time.monotonic() + 10
            while (after := leftovers()) - before and time.monotonic() < deadline:
                time.sleep(0.1)
    problems += [f"left over: {number} x {name}" for name, number in (after - before).items()]
    assert not problems, "\n".join(problems)
    record_property("faults", [(case.fault.name, case.said) for case in cases])


def submit(idearc: Idearc, cases: Sequence[Case]) -> Iterator[str]:
    """All of them, one right after the other; what is wrong then."""
    for case in cases:
        case.idea_id = idearc.submit(case.name, TEXT, new_id())
    ends = wait(idearc, [case.idea_id for case in cases])
    for case in cases:
        for name, progress in ends[case.idea_id].items():
            if progress.state == State.WORKING:
                yield f"{case.name}: {name} does not end"
            elif name != case.job.name and not is_example(idearc, case, JOBS[name]):
                yield f"{case.name}: {name} was touched: {progress.state}, {progress.note}"
        progress = ends[case.idea_id][case.job.name]
        case.said = progress.note or f"{progress.count} {case.job.name}"
        if not case.fault.says:
            if progress.state != State.DONE:
                yield f"{case.name}: no result, but {progress.note}"
        elif not re.search(case.fault.says, progress.note):
            yield f"{case.name} says: {progress.state} {progress.note!r}"
        elif not is_good_reason(progress.note):
            yield f"{case.name} says no good reason: {progress.note}"


def is_good_reason(words: str) -> bool:
    """It says what to do, and nothing that only its maker understands, and no secret."""
    says_what_to_do = re.search(r"[Tt]ry again|Check|start Idearc again", words)
    is_technical = re.search(r"Traceback|Exception|Errno|[a-z]Error|line 1|\.c\b|<|\{", words)
    return bool(says_what_to_do) and not is_technical and API_KEY not in words and words[-1] == "."


def try_again(idearc: Idearc, cases: Sequence[Case]) -> Iterator[str]:
    """The faults are over; what is wrong after a retry of what had failed."""
    failed = [case for case in cases if case.fault.says]
    for case in failed:
        case.is_over = True
        idearc.retry(case.job.name, case.idea_id)
    wait(idearc, [case.idea_id for case in failed])
    for case in failed:
        if not is_example(idearc, case, case.job):
            yield f"{case.name}: a retry did not mend it"


def wait(idearc: Idearc, idea_ids: Sequence[str]) -> Mapping[str, Any]:
    """How far all are, as soon as none works any more; or should not, with all of its attempts."""
    ends: dict[str, Any] = {}
    deadline = time.monotonic() + 5 * LIMIT_SECONDS
    while True:
        # Only those that are not over: each question is work for Temporal, too.
        there = idearc.progress([idearc.idea(one) for one in idea_ids if one not in ends])
        for idea_id, jobs in there.items():
            not_started = [name for name, job in jobs.items() if NOT_STARTED in job.note]
            for name in not_started:  # Temporal had too much to do: who waits tries again
                idearc.retry(name, idea_id)
            goes_on = {State.WORKING, State.UNKNOWN} & {job.state for job in jobs.values()}
            if not (goes_on or not_started) or time.monotonic() > deadline:
                ends[idea_id] = jobs
        if len(ends) == len(idea_ids):
            return ends
        time.sleep(0.5)


def is_example(idearc: Idearc, case: Case, job: Job) -> bool:
    """Whether what is stored is what a server without a fault says."""
    found = [one.name for one in idearc.findings(job, case.idea_id)]
    return found == [one.name for one in example_findings(job)]  # type: ignore[attr-defined]


def whole(store: Store) -> Iterator[str]:
    """What is wrong in the database: all that is stored belongs to a result, and is clean."""
    ideas = store.ideas(limit=1_000)
    results = store.results([idea.id for idea in ideas])
    for idea in ideas:
        for job in JOBS.values():
            findings = store.findings(job, idea.id)
            if (idea.id, job.name) not in results:
                yield f"{idea.name}: no result of {job.name}, but {len(findings)} findings"
            elif [one.position for one in findings] != list(range(len(findings))):
                yield f"{idea.name}: gaps in {job.name}"
            values = [value for one in findings for value in one.own_fields().values()]
            for text in (" ".join(one) if isinstance(one, list) else one for one in values):
                kinds = {unicodedata.category(char) for char in text}
                if kinds & {"Cc", "Cs", "Co"} or re.search("[\u202a-\u202e\u2066-\u2069]", text):
                    yield f"{idea.name}: characters in {job.name} that are not to be seen"
