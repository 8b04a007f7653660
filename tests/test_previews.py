"""Previews: what is seen of an answer while it is written, by all providers, of all jobs."""

import json
import time
from collections.abc import Callable

import pytest
from conftest import TEXT, MakeProvider, an_idea, example_findings, quiet
from model_server import ModelServer, Reply, example
from test_core import eventually
from test_watcher import Somebody

from idearc.bootstrap import build
from idearc.errors import ProviderError
from idearc.jobs import JOBS, Job
from idearc.models import new_id
from idearc.preview import NO_PREVIEW, Entry, Note, Preview
from idearc.providers.messages import schema_of
from idearc.providers.openai import OpenAIProvider
from idearc.providers.previews import Listener, begun_answer, preview
from idearc.providers.streams import Whole
from idearc.runners import Failed, Running
from idearc.runners.threads import ThreadRunner
from idearc.settings import read_settings

COMPETITORS, FEATURES = JOBS["competitors"], JOBS["features"]


def names(preview: Preview | None) -> list[str]:
    return [one.name for one in preview.entries] if preview else []


def seen_of(job: Job, text: str) -> Preview:
    return preview(job.question.answer, begun_answer(text))


def text_of(job: Job) -> str:
    schema = schema_of(job.question.answer)
    return json.dumps(example(schema, schema))


@pytest.mark.parametrize("before", ["", "<think>{Hm}</think>```json\n"])
@pytest.mark.parametrize("job", JOBS.values(), ids=JOBS)
def test_each_entry_is_seen_as_soon_as_it_can_be_read(job: Job, before: str) -> None:
    text = before + text_of(job)
    final = [one.name for one in example_findings(job)]  # type: ignore[attr-defined]
    whole, readable = [0], [0]
    for end in range(len(text) + 1):
        seen = seen_of(job, text[:end])
        assert names(seen) == final[: len(names(seen))]
        whole.append(len(names(seen)))
        readable.append(seen.so_far)
        if seen.writing and seen.writing.name in final:
            assert seen.writing.name not in names(seen)
        if seen.is_readable:
            assert seen.writing
            assert seen.writing.what in text[:end]
    assert whole == sorted(whole)
    assert readable == sorted(readable)
    assert {*whole} >= {*range(len(final))}
    assert readable[-1] >= len(final) - 1


@pytest.mark.parametrize(
    "text",
    ["", "I would say:", '<think>perhaps {"must": [{', '{"x": 1}', "[1, 2", '{"must": 3, "a', "{}"],
)
def test_what_is_no_answer_shows_nothing(text: str) -> None:
    assert not seen_of(FEATURES, text)


def test_an_entry_can_be_read_once_all_is_there_that_is_shown() -> None:
    begun = '{"competitors": [{"name": "Gapfill", "what": "Fills gaps.'
    for text, is_readable in (
        (begun, False),
        (f'{begun}", "pri', False),
        (f'{begun}", "pricing": "', True),
    ):
        seen = seen_of(COMPETITORS, text)
        assert seen.after([]) == Preview((), Entry("Gapfill", "Fills gaps."), is_readable)
        assert seen.so_far == is_readable


def test_what_a_model_does_is_told_once_and_what_it_writes_every_few_words() -> None:
    notes: list[object] = []
    listener = Listener(COMPETITORS.question.answer, (), notes.append)
    for doing in ("Searching the web", "Searching the web", ""):
        listener("", doing)
    text = '{"competitors": [{"name": "Gapfill", "what": "' + "gap-" * 20
    for end in range(len(text)):
        listener(text[:end], "")
    assert notes[:2] == ["Searching the web", ""]
    sizes = [len(one.writing.what) for one in notes[2:]]  # type: ignore[attr-defined]
    assert sizes == [0, 40]


def test_it_is_as_clean_as_the_result() -> None:
    entry = '{"name": "A\\u202e\\n b 【4†source】", "what": "<b>W</b>\\u0000", "kind": "DIRECT", '
    rest = '"pricing": null, "strengths": [], "weaknesses": []}'
    seen = seen_of(COMPETITORS, f'{{"competitors": [{entry}{rest}, {entry}')
    entry_seen = Entry("A b", "<b>W</b>")
    assert seen.after([]) == Preview((entry_seen,), entry_seen, is_readable=True)


def test_it_is_short_however_much_is_written() -> None:
    many = Preview([Entry("ä" * 500, "x" * 5_000)] * 500, Entry("w" * 500))
    shown = many.after([Entry("first")])
    assert shown.entries[0] == Entry("first")
    assert len(shown.entries) == 20
    assert len(shown.entries[1].name) == 80
    assert shown.within(2_000).size <= 2_000
    few = Preview([Entry("Gapfill", "Fills gaps.")], Entry("Tre"))
    assert few.within(2_000) == Preview((Entry("Gapfill", "Fills gaps."),), Entry("Tre"))


@pytest.mark.parametrize("job", JOBS.values(), ids=JOBS)
def test_every_provider_tells_of_entries_as_they_come(
    make_provider: MakeProvider, model_server: ModelServer, job: Job
) -> None:
    model_server.always[job.name] = Reply(pauses_at=3)
    notes: list[str | Preview] = []

    def note(new: str | Preview) -> None:
        notes.append(new)
        if isinstance(new, Preview) and len(new.entries) == 2:
            model_server.goes_on.set()

    answer = make_provider().ask(job, an_idea(), note)
    previews = [one for one in notes if isinstance(one, Preview)]
    assert [len(one.entries) for one in previews] == sorted(len(one.entries) for one in previews)
    final = [one.name for one in answer.findings]  # type: ignore[attr-defined]
    assert names(previews[-1]) == final[:-1]
    assert model_server.requests[-1].body["stream"] is True


def test_entries_are_news_for_who_has_their_tab_open(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", model_server.url)
    idearc = build(read_settings())
    model_server.always.update(competitors=Reply(pauses_at=3), features=Reply(pauses_at=1))
    model_server.gate.clear()
    idea = idearc.idea(idearc.submit("", TEXT, new_id()))
    eventually(lambda: len(model_server.requests) == len(JOBS))
    shown = idearc.progress([idea])[idea.id]
    here, elsewhere, nowhere = Somebody(), Somebody(), Somebody()
    for one, open_tab in ((here, "competitors"), (elsewhere, "features"), (nowhere, "")):
        idearc.watch(one, idea, shown, open_tab=open_tab)
    model_server.gate.set()
    eventually(lambda: bool(here.told_more))
    time.sleep(1)
    assert elsewhere.told_more == nowhere.told_more == []
    model_server.goes_on.set()
    eventually(lambda: nowhere.told == 1)  # of results


def test_a_stream_is_read_as_fast_as_it_is_written(
    make_provider: MakeProvider, model_server: ModelServer
) -> None:
    model_server.always["features"] = Reply(tokens_per_second=500)
    started = time.monotonic()
    assert make_provider().ask(FEATURES, an_idea(), quiet).findings
    seconds = time.monotonic() - started
    sent = [at for at, _ in model_server.sent["features"]]
    assert len(sent) > 100
    assert seconds < 3 * (sent[-1] - sent[0]) + 2  # one piece at a time would take 15 s and more


def at_openai(server: ModelServer) -> OpenAIProvider:
    return OpenAIProvider(base_url=server.url, api_key="k", model="m", timeout_seconds=20)


def test_what_openai_searches_for_is_told_before_it_writes(model_server: ModelServer) -> None:
    pages = [f"https://example.com/{number}" for number in range(14)]
    lines: list[bytes] = []

    def remembered(sent: list[bytes]) -> list[bytes]:
        lines.extend(sent)
        return sent

    model_server.always["competitors"] = Reply(
        searched={"dog walking apps": pages}, change_stream=remembered
    )
    notes: list[object] = []
    at_openai(model_server).ask(COMPETITORS, an_idea(), notes.append)
    assert notes[-1]
    whole, said = Whole(), [""]
    for line in lines:
        whole.add(line.partition(b"data: ")[2].decode())
        said += [whole.doing] if whole.doing != said[-1] else []
    assert said == [
        "",
        "Searching the web",
        "Searching the web: dog walking apps",
        "Reading 14 pages",
        "",
    ]
    search = {"type": "web_search_call", "action": {"type": "search", "queries": ["dogs"] * 999}}
    whole.add(json.dumps({"type": "response.output_item.done", "item": search}))
    assert whole.doing.startswith("Searching the web: dogs; dogs")
    assert len(whole.doing) < 300


def test_openai_is_asked_without_streaming_where_that_is_refused(
    model_server: ModelServer,
) -> None:
    refused = {"message": "Your organization must be verified to stream this model."}
    model_server.script["features"] = [Reply(status=400, error=refused)]
    provider = at_openai(model_server)
    for _ in range(2):
        assert provider.ask(FEATURES, an_idea(), lambda _: None).findings
    assert ["stream" in one.body for one in model_server.requests] == [True, False, False]


@pytest.mark.parametrize(
    ("reply", "streams"),
    [(Reply(reset_after=0.5), True), (Reply(change_stream=lambda lines: lines[:20]), False)],
    ids=["cut off", "half"],
)
def test_openai_is_asked_without_streaming_where_a_stream_breaks(
    model_server: ModelServer, reply: Reply, streams: bool
) -> None:
    model_server.script["features"] = [reply]
    provider = at_openai(model_server)
    for _ in range(2):
        assert provider.ask(FEATURES, an_idea(), lambda _: None).findings
    assert ["stream" in one.body for one in model_server.requests] == [True, False, streams]


def run_of(written: Preview, ends: Callable[[], None]) -> Callable[[str, str, Note], None]:
    def run(_job: str, _idea: str, note: Note) -> None:
        note(written)
        ends()

    return run


def test_what_a_failed_run_had_written_is_known_until_it_is_tried_again() -> None:
    written = Preview((Entry("Gapfill", "Fills gaps."),))
    fails = [True]
    told: list[int] = []

    def end() -> None:
        if fails.pop():
            raise ProviderError("It fell over.")

    runner = ThreadRunner(run_of(written, end), 1, on_change=lambda: told.append(1))
    key = ("idea", "competitors")
    runner.start("idea", ["competitors"])
    eventually(lambda: isinstance(runner.outcomes([key])[key], Failed))
    failed = runner.outcomes([key])[key]
    assert isinstance(failed, Failed)
    assert failed.preview == written
    assert len(told) == 3  # its begin, an entry, its end

    fails.append(False)
    runner.start("idea", ["competitors"])
    again = runner.outcomes([key])[key]
    assert not isinstance(again, Running) or again.preview in (NO_PREVIEW, written)
    eventually(lambda: not isinstance(runner.outcomes([key])[key], Running))
    assert not isinstance(runner.outcomes([key])[key], Failed)
