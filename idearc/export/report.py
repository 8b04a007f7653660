"""The report: all that a workspace shows, as blocks, and as Markdown in which nothing loads."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from idearc.jobs import JOBS
from idearc.models import Finding, Result
from idearc.snapshot import Part, Snapshot
from idearc.web import Pages, as_address

FROM_MEMORY = "From the model's memory, not checked on the web."

# What fields are called where their names say too little.
LABELS = {"url": "Address", "weakness": "Today's weakness that it answers"}


@dataclass(frozen=True)
class Block:
    """A piece of a report or brief; only a text may have several lines."""

    kind: Literal["title", "heading", "finding", "text", "task", "item", "subitem", "note"]
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
    for job in JOBS.values():
        yield Block("heading", job.label)
        if part := snapshot.part(job):
            yield from _of_job(part)
        else:
            yield Block("text", "Not there yet.")


def yes(is_chosen: bool) -> str:
    return "yes" if is_chosen else "no"


def label_of(field: str) -> str:
    return LABELS.get(field, field.capitalize())


def texts_of(value: object) -> list[str]:
    """Those of a list, or the one of another value."""
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _of_job(part: Part) -> Iterator[Block]:
    job, result = part.job, part.result
    if job.web_question:
        searched = "From a search of the web; an address is a link where the search returned it."
        yield Block("text", searched if result.is_researched else FROM_MEMORY)
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
            yield Block("item", f"Chosen: {yes(is_chosen)}")
    yield Block("note", _provenance(result))
    if pages:
        yield Block("text", "Pages that the search returned:")
    for url in dict.fromkeys(result.pages):
        yield Block("item", url, is_link=True)


def _fields(one: Finding, pages: Pages) -> Iterator[Block]:
    for name, value in one.own_fields().items():
        label = label_of(name)
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
    "task": "- [ ] {}\n",
    "item": "- {}\n",
    "subitem": "  - {}\n",
    "note": "_{}_\n\n",
}


_LISTED = {"task", "item", "subitem"}


def markdown(blocks: Iterable[Block]) -> str:
    """The report as CommonMark, which GitHub and others read: texts show what was written.

    Addresses in texts may become links elsewhere; none loads by itself.
    """
    lines = []
    before = ""
    for block in blocks:
        if before in _LISTED and block.kind not in _LISTED:
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
