"""The small model's server, with a really tiny model: started, shared, restarted, gone."""

import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import openai
import psutil
import pytest
from annotated_types import MaxLen, MinLen
from conftest import TEXT, an_idea, quiet
from pydantic import BaseModel
from search_server import HITS
from test_core import eventually

from idearc.bootstrap import build
from idearc.errors import ProviderError
from idearc.jobs import JOBS, Job
from idearc.jobs.features import Feature
from idearc.jobs.job import Conversation, JobAnswer, Judgement, Question, describe
from idearc.models import Idea
from idearc.providers import EMBEDDED, Answer
from idearc.providers.embedded import EmbeddedProvider
from idearc.providers.messages import opening
from idearc.settings import read_settings


class Word(BaseModel):
    word: Annotated[str, MaxLen(8)]


class Words(JobAnswer):
    words: Annotated[list[Word], MinLen(1), MaxLen(1)]

    def findings(self) -> list[Word]:
        return self.words


class ManyWords(Words):
    words: Annotated[list[Word], MinLen(2_000)]


def a_job(name: str, instructions: str, answer: type[JobAnswer]) -> Job:
    return Job(
        name, name.capitalize(), "Thinking", "Nothing.", Feature, Question(instructions, answer)
    )


# A model of this size makes no sense; that it answers in the form it was told is enough.
JOB = a_job("word", "Answer with one word.", Words)
LONG = a_job("words", "Write many words.", ManyWords)


@pytest.fixture
def make_provider(tmp_path: Path, tiny_model: Path) -> Iterator[Callable[..., EmbeddedProvider]]:
    providers = []

    def make(model_path: Path = tiny_model, timeout_seconds: float = 60) -> EmbeddedProvider:
        provider = EmbeddedProvider(
            model_path=model_path, folder=tmp_path, timeout_seconds=timeout_seconds
        )
        # So that LONG does not come to an end.
        provider.options = {**provider.options, "max_tokens": 50_000}
        providers.append(provider)
        return provider

    yield make
    for provider in providers:
        provider.close()


def servers(app_pid: int | None = None) -> list[psutil.Process]:
    """The small model's, of the app or of this process."""
    return [
        child
        for child in psutil.Process(app_pid).children()
        # None of what has just ended.
        for word in child.as_dict(["cmdline"])["cmdline"] or ()
        if word.endswith("embedded_server.py")
    ]


def test_it_answers_and_says_what_it_is_doing(
    make_provider: Callable[..., EmbeddedProvider],
) -> None:
    notes: list[str] = []
    answer = make_provider().ask(JOB, an_idea(), notes.append)
    assert isinstance(answer.findings[0], Word)
    assert notes == ["Loading the model", "Loading the model", ""]
    assert answer.provenance.provider == EMBEDDED
    assert answer.provenance.model == "SmolLM2-135M-Instruct.Q4_1"
    assert answer.provenance.output_tokens > 0


def test_it_researches_with_a_search_and_tells_how_sure_it_is(
    make_provider: Callable[..., EmbeddedProvider],
) -> None:
    sureness = []
    judge = Judgement("Answer Yes or No.", [("Is fire hot?", True), ("Is ice hot?", False)])

    async def look(_idea: Idea, asked: Conversation) -> Sequence[BaseModel]:
        hits = await asked.search(["salon apps"])
        asked.note(f"Reading {len(hits)} pages")
        sureness.append(await asked.likelihood(judge, "Is the sun hot?"))
        return (await asked.ask(JOB.question, hits[0].text)).findings()

    notes: list[str] = []
    job = replace(JOB, small_research=look)
    answer = make_provider().ask(job, an_idea(), notes.append, lambda _phrase: HITS)
    assert isinstance(answer.findings[0], Word)
    assert 0 < sureness[0] < 1
    assert list(answer.provenance.searched) == ["salon apps"]
    assert answer.provenance.output_tokens > 1
    assert notes[-2:] == ["Searching the web: salon apps", "Reading 5 pages"]


def test_certificates_and_proxies_that_are_gone_are_not_in_its_way(
    make_provider: Callable[..., EmbeddedProvider], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/gone/cacert.pem")
    monkeypatch.setenv("ALL_PROXY", "socks://127.0.0.1:9/")
    assert make_provider().ask(JOB, an_idea(), quiet).findings


def test_nothing_starts_before_the_first_run_and_all_share_one_server(
    make_provider: Callable[..., EmbeddedProvider],
) -> None:
    provider = make_provider()
    assert servers() == []
    answers: list[Answer] = []
    runs = [
        threading.Thread(target=lambda: answers.append(provider.ask(JOB, an_idea(), quiet)))
        for _ in range(4)
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert len(answers) == 4
    assert len(servers()) == 1


def test_waiting_for_its_turn_is_not_failing(
    make_provider: Callable[..., EmbeddedProvider],
) -> None:
    provider = make_provider(timeout_seconds=10)
    provider.ask(JOB, an_idea(), quiet)
    (server,) = servers()
    first, second = [], []

    def ask_too_much() -> None:
        try:
            with pytest.raises(ProviderError, match="no result within 10 s"):
                provider.ask(LONG, an_idea(), first.append)
        finally:
            server.resume()

    run = threading.Thread(target=ask_too_much)
    run.start()
    eventually(lambda: first[-1:] == [""])
    server.suspend()  # to write would keep a core busy
    assert provider.ask(JOB, an_idea(), second.append).findings  # its own time begins with its turn
    assert second == ["Waiting for the model", ""]
    run.join()


def remembered(provider: EmbeddedProvider, job: Job) -> float:
    """How much of a question the model need not read again, from 0 to 1."""
    question = provider.question(job)
    messages = opening(question, describe(an_idea(), question))
    with openai.OpenAI(base_url=provider._base_url, api_key=provider._api_key) as client:
        usage = client.chat.completions.create(model="", messages=messages, max_tokens=1).usage
    return usage.prompt_tokens_details.cached_tokens / usage.prompt_tokens


def test_a_model_that_warmed_up_is_loaded_and_knows_what_it_will_be_asked(
    make_provider: Callable[..., EmbeddedProvider],
) -> None:
    provider = make_provider()
    provider.warm_up(JOBS.values())
    for job in JOBS.values():
        assert remembered(provider, job) > 0.8
    notes: list[str] = []
    assert provider.ask(JOB, an_idea(), notes.append).findings
    assert notes == ["Waiting for the model", ""]
    provider.warm_up(JOBS.values())
    assert len(servers()) == 1


def test_a_run_goes_before_what_warms_up(make_provider: Callable[..., EmbeddedProvider]) -> None:
    provider = make_provider()
    long = a_job("long", "Read this. " * 700, Words)
    warming_up = threading.Thread(target=provider.warm_up, args=([long],))
    warming_up.start()
    eventually(lambda: "127.0.0.1" in provider._base_url)
    assert provider.ask(JOB, an_idea(), quiet).findings
    assert not warming_up.is_alive()
    assert remembered(provider, long) < 0.5
    provider.warm_up([JOB])  # too late


def test_nothing_warms_up_without_its_file_or_enough_memory(
    make_provider: Callable[..., EmbeddedProvider], tmp_path: Path
) -> None:
    missing, huge = tmp_path / "missing.gguf", tmp_path / "huge.gguf"
    huge.write_bytes(b"GGUF")
    os.truncate(huge, psutil.virtual_memory().total)
    fetched_later = EmbeddedProvider(model_path=None, folder=tmp_path, timeout_seconds=9)
    for provider in (make_provider(missing), make_provider(huge), fetched_later):
        provider.warm_up([JOB])
    assert servers() == []


@pytest.mark.parametrize(
    ("variables", "times"),
    [({}, 1), ({"IDEARC_WARM_UP": "0"}, 0), ({"IDEARC_RUNNER": "temporal"}, 0)],
)
def test_it_warms_up_once_where_it_may_and_the_model_is_asked_here(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], times: int
) -> None:
    no_file = {"IDEARC_MODEL_PATH": "/gone.gguf"}  # it begins when this test is over
    for name, value in {**no_file, **variables}.items():
        monkeypatch.setenv(name, value)
    idearc = build(read_settings())
    before = threading.enumerate()
    for _ in range(3):
        idearc.warm_up()
    begun = [thread.name for thread in threading.enumerate() if thread not in before]
    assert begun == ["idearc-warm-up"] * times


def test_a_proxy_is_not_asked_for_this_machine(
    make_provider: Callable[..., EmbeddedProvider], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert make_provider().ask(JOB, an_idea(), quiet).findings


def test_a_server_that_died_is_started_again(
    make_provider: Callable[..., EmbeddedProvider],
) -> None:
    provider = make_provider()
    provider.ask(JOB, an_idea(), quiet)
    (server,) = servers()
    server.kill()
    server.wait()
    assert provider.ask(JOB, an_idea(), quiet).findings
    assert servers() != [server]


def test_a_server_that_dies_while_it_writes_is_told(
    make_provider: Callable[..., EmbeddedProvider],
) -> None:
    provider = make_provider()
    provider.ask(JOB, an_idea(), quiet)
    timer = threading.Timer(1, servers()[0].kill)
    timer.start()
    with pytest.raises(
        ProviderError, match=r"model on this machine can't be reached.+it starts anew"
    ):
        provider.ask(LONG, an_idea(), quiet)
    assert provider.ask(JOB, an_idea(), quiet).findings


def test_a_run_that_takes_too_long_ends_and_the_server_is_free_again(
    make_provider: Callable[..., EmbeddedProvider],
) -> None:
    provider = make_provider(timeout_seconds=3)
    with pytest.raises(ProviderError, match="model on this machine gave no result within 3 s"):
        provider.ask(LONG, an_idea(), quiet)
    (server,) = servers()
    eventually(lambda: server.cpu_percent(interval=0.5) < 20)  # it doesn't go on for nobody
    provider.timeout_seconds = 60  # on a busy machine 3 s are too few for any answer
    assert provider.ask(JOB, an_idea(), quiet).findings


def test_the_server_is_gone_when_the_app_was_killed(tiny_model: Path) -> None:
    script = f"""
import sys, threading
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from test_embedded import JOB, LONG, EmbeddedProvider, an_idea, quiet, servers
provider = EmbeddedProvider(model_path=Path({str(tiny_model)!r}), folder=None, timeout_seconds=60)
provider.ask(JOB, an_idea(), quiet)
threading.Thread(target=provider.ask, args=(LONG, an_idea(), quiet), daemon=True).start()
print(servers()[0].pid, flush=True)
threading.Event().wait()
"""
    root = Path(__file__).parent.parent
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=root, stdout=subprocess.PIPE, text=True
    ) as app:
        server = psutil.Process(int(app.stdout.readline()))
        assert server.is_running()
        app.send_signal(signal.SIGKILL)
        app.wait()
    eventually(lambda: not server.is_running())


def test_the_server_wants_its_key(make_provider: Callable[..., EmbeddedProvider]) -> None:
    provider = make_provider()
    provider.ask(JOB, an_idea(), quiet)
    (connection,) = [c for c in servers()[0].net_connections() if c.status == psutil.CONN_LISTEN]
    assert connection.laddr.ip == "127.0.0.1"
    url = f"http://127.0.0.1:{connection.laddr.port}/v1/completions"
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(urllib.request.Request(url, b'{"prompt": "a"}', method="POST"))
    seen_by_others = [*servers()[0].cmdline(), *servers()[0].environ().values()]
    for secret in (provider._api_key, TEXT):
        assert secret
        assert not any(secret in one for one in seen_by_others)


def test_a_library_that_cannot_be_loaded_is_told_before_a_model_is_fetched(
    make_provider: Callable[..., EmbeddedProvider],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / "xllamacpp.py").write_text("raise ImportError('libgomp.so.1: cannot open')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    reason = r"ImportError: libgomp\.so\.1: cannot open.+libgomp1.+or connect OpenAI"
    with pytest.raises(ProviderError, match=reason):
        make_provider().ask(JOB, an_idea(), quiet)
    with pytest.raises(ProviderError, match=reason):  # as the doctor asks
        make_provider().check()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, r"IDEARC_MODEL_PATH='.+' is no model"),
        (b"<html>", "needs a file in GGUF format"),
        (b"GGUF" + b"\0" * 1000, "could not be loaded. The terminal says why"),
    ],
)
def test_a_file_that_is_no_model_is_told(
    make_provider: Callable[..., EmbeddedProvider],
    tmp_path: Path,
    content: bytes | None,
    reason: str,
) -> None:
    path = tmp_path / "model.gguf"
    if content:
        path.write_bytes(content)
    with pytest.raises(ProviderError, match=reason):
        make_provider(path).ask(JOB, an_idea(), quiet)
    eventually(lambda: servers() == [])
