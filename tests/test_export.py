"""What is taken away: it opens elsewhere as it was, and nothing in it runs or loads."""

import csv
import io
import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import openpyxl
import pandas
import pytest
from conftest import TEXT, an_idea
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from model_server import ModelServer
from test_core import eventually

from idearc import export, snapshot
from idearc.bootstrap import build
from idearc.core import Idearc
from idearc.errors import InputError
from idearc.export.brief import brief
from idearc.export.report import markdown, report
from idearc.export.tables import csv_of, workbook
from idearc.form import read_form
from idearc.jobs import JOBS, Job
from idearc.jobs.competitors import Competitor
from idearc.jobs.features import Feature
from idearc.models import Idea, Result, new_id, now
from idearc.progress import State
from idearc.settings import read_settings
from idearc.snapshot import Part, Snapshot
from idearc.store import Store
from idearc.text import clean
from idearc.visitor import Visitor
from idearc.web import Pages

ROOT = Path(__file__).parent.parent
HOSTILE = [
    "![x](http://evil.example/x.png)", "<img src=x onerror=alert(1)>", "<script>alert(1)</script>",
    "[a](javascript:alert(1))", "# heading", "- item", "1. item", "2) item", "> quote", "| a | b |",
    "|---|---|", "===", "---", "```", "~~~", "$x^2$", "&lt;b&gt;", "*bold*", "__bold__", "`code`",
    "[x]: http://evil.example", "<http://evil.example>", "a\\", "\\", ":::", "<!--", "[^1]",
    "+ plus", "C #", "@octocat", "#12", ":+1:", 'a;"=1+1"; b', '\n"=1+1', "x@example.com",
    "=1+1", "+1", "-1", "@SUM(A1)", "=cmd|'/c calc'!A1", "a;=1+1", "a\n=1+1", "=HYPERLINK(\"x\")",
    "\uff1d1", "\"", "'", ",", "\t=1", "    indented", "Größe", "مرحبا", "💈", "a | b", "/", "../x",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=20), max_size=4).map(
    lambda parts: clean(" ".join(parts))
)
NAMES = TEXTS.map(lambda text: " ".join(text.split())[:80].strip() or "A name")
LONGER = st.lists(TEXTS, max_size=4).map(lambda parts: clean("\n\n".join([TEXT, *parts])))
MOMENTS = st.integers(0, 800_000_000).map(
    lambda seconds: datetime(2000, 1, 1, 0, 0, 0, 123456, UTC) + timedelta(seconds=seconds)
)
ADDRESSES = st.sampled_from(["https://a.example", "https://b.example/x?a=1&b=<", "javascript:x"])
LISTS = st.lists(TEXTS.filter(bool), max_size=3)
COUNTS = st.integers(0, 2**31 - 1)


OF_NAME = {"name": NAMES, "url": ADDRESSES | TEXTS, "sources": st.lists(ADDRESSES, max_size=3)}


def of_type(annotation: Any) -> Any:
    """Values for a field of a table that is declared like that."""
    if get_origin(annotation) is Literal:
        return st.sampled_from(get_args(annotation))
    return {str: TEXTS, list[str]: LISTS}[annotation]


def findings(job: Job) -> Any:
    fields = {
        name: OF_NAME[name] if name in OF_NAME else of_type(field.annotation)
        for name, field in job.table.model_fields.items()
        if name not in {"idea_id", "position"}
    }
    return st.lists(st.fixed_dictionaries(fields), max_size=4).map(
        lambda rows: [
            job.table(idea_id="", position=place, **row) for place, row in enumerate(rows)
        ]
    )


@st.composite
def parts(draw: Any, job_name: str) -> Part:
    found = draw(findings(JOBS[job_name]))
    result = Result(
        idea_id="",
        job=job_name,
        provider=draw(TEXTS),
        model=draw(TEXTS),
        seconds=draw(st.floats(0, 1e6)),
        input_tokens=draw(COUNTS),
        output_tokens=draw(COUNTS),
        searched=draw(LISTS),
        pages=draw(st.lists(ADDRESSES, max_size=3)),
        created_at=draw(MOMENTS),
    )
    chosen = {one.position: st.booleans() for one in found}
    return Part(JOBS[job_name], result, found, draw(st.fixed_dictionaries({}, optional=chosen)))


@st.composite
def snapshots(draw: Any) -> Snapshot:
    known = draw(st.lists(NAMES, max_size=3).map("\n".join))
    idea = read_form(draw(NAMES | st.just("")), draw(LONGER), known, new_id())
    idea.created_at = draw(MOMENTS)
    done = draw(st.sets(st.sampled_from(list(JOBS))))
    return Snapshot(idea, [draw(parts(name)) for name in JOBS if name in done])


def values(there: Snapshot) -> list[object]:
    """All that the file carries: no ids, and of choices not when they were made."""
    idea = there.idea.model_dump(include={"name", "text", "known", "created_at"})
    of_parts = [
        (
            part.job.name,
            part.result.model_dump(exclude={"idea_id"}),
            [one.model_dump(exclude={"idea_id"}) for one in part.findings],
            dict(part.choices),
        )
        for part in there.parts
    ]
    return [idea, *of_parts]


@given(snapshots())
def test_the_file_is_read_back_to_the_same_values_as_a_new_idea(there: Snapshot) -> None:
    back = snapshot.read(snapshot.write(there).encode())
    assert values(back) == values(there)
    assert back.idea.id != there.idea.id
    assert {row.idea_id for row in back.rows()} <= {back.idea.id}
    assert (back.idea.version, back.idea.parent_version) == (1, None)


@pytest.fixture
def each_store(each_database_url: str) -> Iterator[Store]:
    store = Store(each_database_url)
    yield store
    store.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(there=snapshots())
def test_a_database_keeps_what_the_file_held(each_store: Store, there: Snapshot) -> None:
    back = snapshot.read(snapshot.write(there).encode())
    each_store.add_snapshot(back)
    kept = each_store.snapshot(back.idea)
    assert values(kept) == values(there)
    assert each_store.idea(back.idea.id) == back.idea


# As GitHub does, and with raw HTML let through: what is safe there is safe elsewhere.
MARKDOWN = MarkdownIt("gfm-like", {"html": True, "linkify": True})
# But GitHub makes no link of what only looks like a host, as 0.AL does.
assert MARKDOWN.linkify
MARKDOWN.linkify.tlds(["com", "test"])
IS_UNSAFE = re.compile(r"<(?!/?(h[123]|p|ul|li|em|a|br)\b)", re.IGNORECASE)
LINKED = {"https://a.example", "https://b.example/x?a=1&b=<"}
SHOWN_LINKS = {"https://a.example", "https://b.example/x?a=1&amp;b=%3C"}


def letters(text: str) -> str:
    return "".join(text.replace("\u2060", "").split())


def seen(html: str) -> str:
    """What a reader sees of a page, without spaces."""
    return "".join(unescape(re.sub(r"<[^>]*>", "", html)).replace("\u2060", "").split())


def addresses(html: str) -> set[str]:
    """That its links lead to."""
    return set(re.findall(r'<a href="([^"]*)"', html))


@given(snapshots())
def test_a_report_shows_what_was_written_and_nothing_in_it_runs_or_loads(there: Snapshot) -> None:
    html = MARKDOWN.render(markdown(report(there)))
    assert not IS_UNSAFE.search(html)
    assert addresses(html) <= SHOWN_LINKS
    headings = re.findall(r"<h(\d)>(.*?)</h\d>", html, re.DOTALL)
    assert [level for level, _ in headings if level != "3"] == ["1", *["2"] * len(JOBS)]
    names = [one.name for part in there.parts for one in part.findings]
    numbered = [seen(title).partition(".")[2] for level, title in headings if level == "3"]
    assert numbered == [letters(name) for name in names]
    written = [there.idea.name, there.idea.text, *there.idea.known]
    for part in there.parts:
        written += [part.job.label, part.result.model, *part.result.pages, *part.result.searched]
        for one in part.findings:
            fields = one.own_fields().values()
            written += [
                text for field in fields for text in ([field] if str(field) == field else field)
            ]
    page = seen(html)
    for text in written:
        assert letters(text) in page


@given(snapshots())
def test_a_brief_says_what_to_build_and_what_not_and_nothing_in_it_runs_or_loads(
    there: Snapshot,
) -> None:
    html = MARKDOWN.render(markdown(brief(there)))
    assert not IS_UNSAFE.search(html)
    assert addresses(html) <= SHOWN_LINKS
    page = seen(html)
    assert letters(there.idea.text) in page
    for part in there.parts:
        for one in part.findings:
            assert letters(one.name) in page
    assert html.count("<li>[ ]") == sum(
        one.is_chosen(part.choices) is True for part in there.parts for one in part.findings
    )


def test_a_brief_follows_the_ticks_and_says_what_is_not_known() -> None:
    idea = an_idea(name="Salon gaps", known=["Booksy", "Treatwell"])
    found = [a_competitor("Booksy, Inc.", "https://a.com"), a_competitor("Invented")]
    result = Result(pages=["https://a.com"], searched=["salons"], search_failure="")
    chat, maps = a_feature("Chat", "Talks", "They ask"), a_feature("Maps", "Shows", position=1)
    there = Snapshot(
        idea,
        [
            Part(JOBS["competitors"], result, found, {}),
            Part(JOBS["features"], Result(searched=[], pages=[]), [chat, maps], {1: False}),
        ],
    )
    text = markdown(brief(there))
    assert "# Brief: Salon gaps\n" in text
    assert "- [ ] Chat\n  - What: Talks\n  - Why: They ask\n" in text
    assert "- Maps: Shows\n" in text
    assert "- Booksy, Inc.: Books salons\n  - [https\\://a.com](<https://a.com>)\n" in text
    assert "- Not confirmed by the search: Invented.\n" in text
    assert "- Known to the founder, and not found: Treatwell.\n" in text
    half = markdown(brief(Snapshot(read_form("", TEXT, "", "t"), [])))
    assert half.startswith("# Brief\n")
    for job in JOBS.values():
        assert f"- {job.label}: not there yet.\n" in half
    from_memory = Part(JOBS["competitors"], Result(searched=[], pages=[]), found[1:], {})
    assert "Competitors: from the model's memory" in markdown(brief(Snapshot(idea, [from_memory])))


def a_competitor(name: str, url: str = "") -> Competitor:
    return Competitor(
        idea_id="", position=0, name=name, kind="direct", what="Books salons", url=url,
        pricing="", strengths=[], weaknesses=[], sources=[], evidence="", search="",
    )  # fmt: skip


@settings(max_examples=40)
@given(snapshots())
def test_a_workbook_opens_with_every_text_as_it_was_and_no_formula(there: Snapshot) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(there)))
    labels = [part.job.label for part in there.parts]
    assert book.sheetnames == (labels or ["Nothing yet"])
    for part, sheet in zip(there.parts, book, strict=False):
        assert sheet.freeze_panes == "B2"
        assert sheet.max_row == len(part.findings) + 1
        pages = Pages(part.result.pages)
        for row, one in zip(sheet.iter_rows(min_row=2), part.findings, strict=True):
            fields = [
                text
                for field in one.own_fields().values()
                for text in (field if isinstance(field, list) else [field])
            ]
            cells = [cell for cell in row if cell.value is not None]
            assert {cell.data_type for cell in cells} <= {"s"}
            there_now = "\n".join(cell.value for cell in cells)
            for text in fields:
                assert in_xml(text) in there_now
            for cell in cells:
                is_link = cell.hyperlink is not None
                assert is_link is pages.vouch_for(cell.value)
                assert not is_link or cell.hyperlink.target in LINKED


def in_xml(text: str) -> str:
    """Without what XML can't hold."""
    return re.sub("[\ufffe\uffff]", "", text)


def test_a_workbooks_cells_hold_what_excel_takes() -> None:
    found = [a_feature("=1+1", what="x" * 40_000, why="<r>a & <b></r>")]
    part = Part(JOBS["features"], Result(pages=[]), found, {})
    (sheet,) = openpyxl.load_workbook(io.BytesIO(workbook(Snapshot(an_idea(), [part]))))
    name, what, why, *_ = [cell.value for cell in sheet[2]]
    assert (name, len(what), why) == ("=1+1", 32_767, "\u2060<r>a & <b></r>")
    assert sheet.column_dimensions["B"].width < 60
    assert sheet.row_dimensions[2].height <= 409


@given(snapshots())
def test_a_table_is_read_by_pandas_and_no_cell_is_a_formula(there: Snapshot) -> None:
    for part in there.parts:
        frame = pandas.read_csv(
            io.BytesIO(csv_of(part)), dtype=str, keep_default_na=False, engine="python"
        )
        assert len(frame) == len(part.findings)
        for separator in ",;\t":  # as other countries' spreadsheets take them
            lines = io.StringIO(csv_of(part).decode("utf-8-sig"))
            for cells in csv.reader(lines, delimiter=separator):
                for cell in cells:
                    assert not cell.strip().startswith(tuple("=+-@\uff1d\uff0b\uff0d\uff20"))
        if not part.findings:
            continue
        assert ("chosen" in frame) == (part.findings[0].is_chosen({}) is not None)
        for row, one in zip(frame.to_dict("records"), part.findings, strict=True):
            for name, field in one.own_fields().items():
                text = " | ".join(field) if isinstance(field, list) else field
                assert row[name].replace("'", "") == text.replace("'", "")


def a_feature(name: str, what: str = "b", why: str = "c", position: int = 0) -> Feature:
    fields = {"weakness": "", "priority": "must", "effort": "S"}
    return Feature(idea_id="", position=position, name=name, what=what, why=why, **fields)


def test_a_formula_is_left_with_an_apostrophe() -> None:
    found = [a_feature("=1+1", what="a\n-1; @x", why="2-1")]
    part = Part(JOBS["features"], Result(), found, {0: False})
    header, row = csv.reader(io.StringIO(csv_of(part).decode("utf-8-sig")))
    assert header == ["name", "what", "why", "weakness", "priority", "effort", "chosen"]
    assert row == ["'=1+1", "a\n'-1;' @x", "2-1", "", "must", "S", "no"]


@given(
    NAMES | st.sampled_from(["CON", "nul.txt", "..", ".bashrc", "-rf", "~", "a/b\\c:d", "💈" * 80])
)
def test_a_files_name_is_good_on_every_system(name: str) -> None:
    made = export.file_name(an_idea(name=name, version=2), ".md")
    assert made.endswith(" v2.md")
    assert len(made.encode()) <= 255
    assert not re.search(r'[/\\:*?"<>|]', made)
    assert not any(unicodedata.category(char) == "Cc" for char in made)
    assert made[0] not in " .-~"
    assert made.split(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}


def test_a_files_name_is_the_ideas() -> None:
    assert export.file_name(an_idea(name="Salon: gaps/day?"), ".md") == "Salon gaps day.md"
    assert export.file_name(an_idea(name="???"), " features.csv") == "idea features.csv"
    assert export.file_name(an_idea(name="CON"), ".json") == "CON_.json"


A_FILE = json.loads(
    snapshot.write(
        Snapshot(
            an_idea(),
            [
                Part(
                    JOBS["features"],
                    Result(
                        idea_id="", job="features", provider="p", model="m", seconds=1,
                        input_tokens=1, output_tokens=2, searched=[], pages=[],
                    ),
                    [a_feature("a")],
                    {0: False},
                )
            ],
        )
    )
)  # fmt: skip


def changed(*path: Any) -> bytes:
    """The file with another value, the last one given, at its place."""
    *places, last, value = path
    file = json.loads(json.dumps(A_FILE))
    there = file
    for place in places:
        there = there[place]
    there[last] = value
    return json.dumps(file).encode()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_a_file_that_an_editor_saved_otherwise_is_read(encoding: str) -> None:
    text = json.dumps({**A_FILE, "idea": {**A_FILE["idea"], "name": "Säle"}}, ensure_ascii=False)
    assert snapshot.read(text.encode(encoding)).idea.name == "Säle"


RESULT = ("results", 0)
BAD_FILES = [
    (b"", "not JSON"),
    (b"\xff\xfe", "not JSON"),
    (b'{"idearc": 1, "idea": "\\ud800"}', "not JSON"),
    (b"[" * 100_000, "not JSON"),
    (b" " * 5_000_001, "more than 5,000,000 bytes"),
    (b"[]", "not one that Idearc has exported"),
    (b"{}", "not one that Idearc has exported"),
    (changed("idearc", "1"), "not one that Idearc has exported"),
    (changed("idearc", 2), "version 2, of a newer Idearc"),
    (changed("idearc", 0), "at idearc"),
    (changed("idea", {}), "at idea.name"),
    (changed("idea", "text", "short"), "at least 10 are needed"),
    (changed("idea", "text", "x" * 4001), "at most 4,000 fit"),
    (changed("idea", "known", ["x" * 81]), "at most 80 fit"),
    (changed("idea", "created_at", "2026-01-01T00:00:00"), "at idea.created_at"),
    (changed("idea", "created_at", "0001-01-01T00:00:00+14:00"), "at idea.created_at"),
    (changed(*RESULT, "job", "weather"), "the job “weather”, which this Idearc does not know"),
    (changed(*RESULT, "seconds", -1), "at results.0.seconds"),
    (changed(*RESULT, "seconds", 1e18), "at results.0.seconds"),
    (changed(*RESULT, "input_tokens", 2**31), "at results.0.input_tokens"),
    (changed(*RESULT, "choices", {"1": True}), "a choice of what was not found"),
    (changed(*RESULT, "choices", {"-1": True}), "at results.0.choices"),
    (changed(*RESULT, "choices", {"\x1b[31m": True}), "at results.0.choices.[31m"),
    (changed(*RESULT, "findings", [{}] * 1_001), "at most 1000 items"),
    (changed(*RESULT, "findings", 0, "name", None), "at results.0.findings.0.name"),
    (changed(*RESULT, "findings", 0, "name", ""), "has no name"),
    (changed(*RESULT, "findings", 0, "effort", "XL"), "at results.0.findings.0.effort"),
    (changed("results", [*A_FILE["results"], *A_FILE["results"]]), "two results of the same job"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "said"), BAD_FILES)
def test_a_file_that_cant_be_used_is_explained(content: bytes, said: str) -> None:
    with pytest.raises(InputError) as error:
        snapshot.read(content)
    assert said in str(error.value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    st.sampled_from(["idea", "results", "idearc"]),
)
def test_no_file_breaks_it(junk: Any, place: str) -> None:
    for content in (json.dumps(junk), json.dumps({**A_FILE, place: junk})):
        try:
            snapshot.read(content.encode("utf-8", "surrogatepass"))
        except InputError:
            continue
        assert junk in ([], 1, True, 1.0)  # no results; the version as it is


def command(file: Path, *more: str, **settings: str) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, "-m", "idearc", "import", str(file), *more]
    environment = {**os.environ, **settings}
    return subprocess.run(arguments, env=environment, capture_output=True, text=True, timeout=60)


def test_the_command_stores_a_file_as_a_new_idea(each_store: Store, tmp_path: Path) -> None:
    file = tmp_path / "idea.json"
    file.write_text(json.dumps(A_FILE))
    addresses = {command(file).stdout.split("?idea=")[1].split()[0] for _ in range(2)}
    ideas = each_store.ideas(limit=9)
    assert {idea.id for idea in ideas} == addresses
    assert len(addresses) == 2
    for idea in ideas:
        assert json.loads(snapshot.write(each_store.snapshot(idea))) == A_FILE


def test_the_command_gives_it_to_the_owner_of_another(each_store: Store, tmp_path: Path) -> None:
    file = tmp_path / "idea.json"
    file.write_text(json.dumps(A_FILE))
    other = each_store.add_idea(an_idea(owner="https://id.example 1"))[0]
    address = f"https://ideas.example.com/workspace?idea={other.id}&tab=features"
    assert command(file, "--beside", address).returncode == 0
    assert len(each_store.ideas(limit=9, owner=other.owner)) == 2
    for nowhere in ("?", new_id()):
        done = command(file, "--beside", nowhere)
        assert (done.returncode, "nothing was stored" in done.stderr) == (1, True)
    assert each_store.count_ideas() == 2


def ended(idearc: Idearc, idea: Idea) -> set[str]:
    """The jobs whose runs have failed."""
    jobs = idearc.progress([idea])[idea.id]
    return {name for name, one in jobs.items() if one.state == State.FAILED}


def test_a_file_from_the_future_is_from_now() -> None:
    later = "2199-01-01T00:00:00Z"
    for content in (changed("idea", "created_at", later), changed(*RESULT, "created_at", later)):
        there = snapshot.read(content)
        assert max(there.idea.created_at, there.parts[0].result.created_at) <= now()


def test_the_list_takes_a_file_for_who_looks_at_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the limits of what is submitted; who has no list can't get at what they would add."""
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("IDEARC_IDEAS_PER_HOUR", "1")
    idearc = build(read_settings())
    ann = idearc.seen_by(Visitor(owner="ann", has_list=True, counted_as="ann"))
    added = ann.idea(ann.import_idea(json.dumps(A_FILE).encode()))
    assert json.loads(snapshot.write(ann.snapshot(added)))["results"] == A_FILE["results"]
    others = {name for name in JOBS if name != "features"}
    eventually(lambda: ended(ann, added) == others)  # what the file has no result of has begun
    with pytest.raises(InputError, match="as many as one visitor may"):
        ann.import_idea(json.dumps(A_FILE).encode())
    with pytest.raises(InputError, match="not one that Idearc has exported"):
        ann.import_idea(b"{}")
    with pytest.raises(InputError, match="There is no list of ideas here"):
        idearc.seen_by(Visitor(owner="", has_list=False, counted_as="")).import_idea(b"{}")
    assert store.count_ideas() == 1


def test_the_command_says_what_is_missing(each_store: Store, tmp_path: Path) -> None:
    """On a terminal that can't show the name."""
    file = tmp_path / "idea.json"
    file.write_bytes(changed("idea", "name", "Größe 💈"))
    done = command(file, PYTHONIOENCODING="ascii")
    others = ", ".join(name for name in JOBS if name != "features")
    assert f"The file holds no result of: {others}." in done.stdout
    assert (done.returncode, done.stderr) == (0, "")
    assert each_store.count_ideas() == 1


def test_what_was_deleted_meanwhile_is_not_exported_empty(
    each_store: Store, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", model_server.url)
    idearc = build(read_settings())
    idea, _ = each_store.add_idea(an_idea())
    assert idearc.snapshot(idea).parts == []
    idearc.delete(idea.id)
    with pytest.raises(InputError, match="Perhaps it was deleted"):
        idearc.snapshot(idea)


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "idea.json"
    for words in ("can't be read: No such file", "not one that Idearc has exported"):
        done = command(file)
        assert (done.returncode, done.stdout) == (1, "")
        assert words in done.stderr
        assert "Traceback" not in done.stderr
        file.write_text("{}")
