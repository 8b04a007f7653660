"""What is taken away from a workspace: a report and tables, in which nothing runs or loads."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from pathvalidate import sanitize_filename

from idearc.jobs import JOBS
from idearc.models import Finding, Idea, Result
from idearc.snapshot import Part, Snapshot
from idearc.web import Pages, as_address

_NAME_LENGTH = 50  # characters of a file's name: at most 200 bytes, of the 255 of most systems

# What begins a formula, where a cell begins: also after what others take for the end of a cell, as
# a spreadsheet does whose country writes semicolons between them, and takes quotes for its own.
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile(r'(^|[;\t\r\n])(?=["\s]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r])')


def file_name(idea: Idea, kind: str) -> str:
    """Of the idea's name, good on every system; `kind` is its end, as in `.md`."""
    name = " ".join(sanitize_filename(idea.name, replacement_text=" ").split())
    name = name.lstrip(".-~ ")[:_NAME_LENGTH].strip() or "idea"
    version = f" v{idea.version}" if idea.version > 1 else ""
    return sanitize_filename(f"{name}{version}{kind}")


def table(part: Part) -> bytes:
    """The findings of a job as CSV, in UTF-8 with a mark by which spreadsheets know it.

    Lists are joined by bars. What a spreadsheet would take for a formula has an apostrophe before.
    """
    rows = []
    for one in part.findings:
        is_chosen = one.is_chosen(part.choices)
        chosen = {} if is_chosen is None else {"chosen": _yes(is_chosen)}
        rows.append({name: _cell(value) for name, value in {**one.own_fields(), **chosen}.items()})
    lines = io.StringIO(newline="")
    header = list(rows[0]) if rows else ["name"]
    writer = csv.DictWriter(lines, header, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return lines.getvalue().encode("utf-8-sig")


def _cell(value: object) -> str:
    text = " | ".join(map(str, value)) if isinstance(value, list) else str(value)
    return _FORMULA.sub(r"\1'", text)


def _yes(is_chosen: bool) -> str:
    return "yes" if is_chosen else "no"


@dataclass(frozen=True)
class Block:
    """A piece of a report; only a text may have several lines."""

    kind: Literal["title", "heading", "finding", "text", "item", "subitem", "note"]
    text: str
    label: str = ""  # before it
    is_link: bool = False


def report(snapshot: Snapshot) -> Iterator[Block]:
    """All that a workspace shows, whichever tab is open."""
    idea = snapshot.idea
    yield Block("title", idea.name)
    yield Block("text", idea.text)
    facts = [_moment(idea.created_at)]
    if idea.version > 1:
        facts.append(f"version {idea.version}, refined from {idea.parent_version}")
    if idea.known:
        facts.append(f"known: {', '.join(idea.known)}")
    yield Block("note", " · ".join(facts))
    parts = {part.job.name: part for part in snapshot.parts}
    for name, job in JOBS.items():
        yield Block("heading", job.label)
        if name in parts:
            yield from _of_job(parts[name])
        else:
            yield Block("text", "Not there yet.")


def _of_job(part: Part) -> Iterator[Block]:
    job, result = part.job, part.result
    if job.web_question:
        searched = "From a search of the web; an address is a link where the search returned it."
        memory = "From the model's memory, not checked on the web."
        yield Block("text", searched if result.is_researched else memory)
    if result.search_failure:
        yield Block("text", result.search_failure)
    if not part.findings:
        yield Block("text", job.nothing)
    pages = Pages(result.pages)
    for number, one in enumerate(part.findings, start=1):
        yield Block("finding", f"{number}. {one.name}")
        yield from _fields(one, pages)
        is_chosen = one.is_chosen(part.choices)
        if is_chosen is not None:
            yield Block("item", f"Chosen: {_yes(is_chosen)}")
    yield Block("note", _provenance(result))
    if pages:
        yield Block("text", "Pages that the search returned:")
    for url in dict.fromkeys(result.pages):
        yield Block("item", url, is_link=True)


def _fields(one: Finding, pages: Pages) -> Iterator[Block]:
    for name, value in one.own_fields().items():
        label = {"url": "Address"}.get(name, name.capitalize())
        if name == "name" or not value:
            continue
        if isinstance(value, list):
            yield Block("item", f"{label}:")
            for text in value:
                yield Block("subitem", text, is_link=pages.vouch_for(text))
        else:
            yield Block("item", str(value), f"{label}: ", is_link=pages.vouch_for(str(value)))


def _provenance(result: Result) -> str:
    took = f"took {result.seconds:.0f} s"
    facts = [result.model, result.provider, _moment(result.created_at), took]
    if tokens := result.input_tokens + result.output_tokens:  # some servers don't say
        facts.append(f"{tokens:,} tokens")
    if result.searched:
        facts.append(f"searched the web for: {'; '.join(result.searched)}")
    return " · ".join(facts)


def _moment(moment: datetime) -> str:
    there = moment.astimezone(UTC)
    return f"{there.day} {there:%b %Y, %H:%M} UTC"


_SYNTAX = {
    "title": "# {}\n\n",
    "heading": "## {}\n\n",
    "finding": "### {}\n\n",
    "text": "{}\n\n",
    "item": "- {}\n",
    "subitem": "  - {}\n",
    "note": "_{}_\n\n",
}


def markdown(blocks: Iterable[Block]) -> str:
    """The report as CommonMark, which GitHub and others read: texts show what was written.

    Addresses in texts may become links elsewhere; none loads by itself.
    """
    lines = []
    before = ""
    for block in blocks:
        if before.endswith("item") and not block.kind.endswith("item"):
            lines.append("\n")
        before = block.kind
        lines.append(_SYNTAX[block.kind].format(block.label + _escaped(block)))
    return "".join(lines).rstrip() + "\n"


def _escaped(block: Block) -> str:
    address = as_address(block.text) if block.is_link else ""
    if address:
        return f"[{_plain(address)}](<{address.replace('&', '&amp;')}>)"
    if block.kind != "text":
        return _plain(block.text)
    paragraphs = re.split(r"\n\s*\n", block.text)
    return "\n\n".join("  \n".join(map(_plain, lines.split("\n"))) for lines in paragraphs)


def _plain(text: str) -> str:
    line = re.sub(r"([\\`*_\[\]<>|~$&#])", r"\\\1", " ".join(text.split()))
    line = re.sub(r"(?i)(https?|ftp)(?=://)|(?<=www)(?=\.)", r"\1\\", line)
    # GitHub's names, numbers and pictograms: a word joiner, which nobody sees, keeps them as text.
    line = re.sub(r"(?<=\w)(?=@)|(?<=[@#])(?=\w)|(?<=:)(?=[\w+-]+:)", "\u2060", line)
    return re.sub(r"^(\d+(?=[.)])|(?=[+\-=:]))", r"\1\\", line)
