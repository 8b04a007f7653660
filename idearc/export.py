"""What is taken away from a workspace: a report and tables, in which nothing runs or loads."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from pathvalidate import sanitize_filename

from idearc.models import Finding, Idea
from idearc.snapshot import Part, Snapshot
from idearc.web import Pages, as_address

_NAME_LENGTH = 50  # characters of a file's name: at most 200 bytes, of the 255 of most systems

# What begins a formula, where a cell begins: also after what others take for the end of a cell.
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile(r"(^|[;\t\r\n])(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r])")


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
        is_chosen = part.is_chosen(one)
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


def escaped(text: str) -> str:
    """The text in one line of Markdown (CommonMark, GitHub's too), which shows what was written.

    But for addresses, which some make links of; none loads by itself.
    """
    line = re.sub(r"([\\`*_\[\]<>|~$&])", r"\\\1", " ".join(text.split()))
    line = re.sub(r"(?i)(https?|ftp)(?=://)|(?<=www)(?=\.)", r"\1\\", line)
    return re.sub(r"^(\d+(?=[.)])|(?=[#+\-=:]))", r"\1\\", line)


def report(snapshot: Snapshot, escape: Callable[[str], str] = escaped) -> str:
    """All that a workspace shows, in Markdown; `escape` makes a text harmless where it is shown."""
    idea = snapshot.idea
    facts = [_moment(idea.created_at)]
    if idea.version > 1:
        facts.append(f"version {idea.version}, refined from {idea.parent_version}")
    if idea.known:
        facts.append(f"known: {', '.join(idea.known)}")
    paragraphs = [
        "  \n".join(map(escape, paragraph.split("\n")))
        for paragraph in re.split(r"\n\s*\n", idea.text)
    ]
    sections = ("\n\n".join(_section(part, escape)) for part in snapshot.parts)
    head = [f"# {escape(idea.name)}", *paragraphs, escape(" · ".join(facts))]
    return "\n\n".join([*head, *sections]) + "\n"


def _section(part: Part, escape: Callable[[str], str]) -> Iterator[str]:
    yield f"## {part.job.label}"
    if part.job.web_question:
        yield _trust(part)
    if not part.findings:
        yield escape(part.job.nothing)
    found = Pages(part.result.pages)
    for number, one in enumerate(part.findings, start=1):
        yield f"### {number}\\. {escape(one.name)}"
        fields = "\n".join(_fields(one, found, escape))
        is_chosen = part.is_chosen(one)
        yield fields if is_chosen is None else f"{fields}\n- Chosen: {_yes(is_chosen)}"
    yield _provenance(part, escape)
    if pages := list(dict.fromkeys(part.result.pages)):
        listed = "\n".join(f"- {_address(url, escape)}" for url in pages)
        yield f"Pages that the search returned:\n\n{listed}"


def _trust(part: Part) -> str:
    if part.result.is_researched:
        return "From a search of the web. An address is a link where the search returned it."
    return "From the model's memory, not checked on the web."


def _fields(one: Finding, found: Pages, escape: Callable[[str], str]) -> Iterator[str]:
    """What is known of it, a line each."""

    def said(text: str) -> str:
        return _address(text, escape) if found.vouch_for(text) else escape(text)

    for name, value in one.own_fields().items():
        if name == "name" or not value:
            continue
        label = name.capitalize()
        if isinstance(value, list):
            yield "\n".join([f"- {label}:", *(f"  - {said(item)}" for item in value)])
        else:
            yield f"- {label}: {said(str(value))}"


def _address(url: str, escape: Callable[[str], str]) -> str:
    address = as_address(url).replace("&", "&amp;")
    return f"[{escape(url)}](<{address}>)" if address else escape(url)


def _provenance(part: Part, escape: Callable[[str], str]) -> str:
    result = part.result
    seconds = timedelta(seconds=round(result.seconds))
    facts = [result.model, result.provider, _moment(result.created_at), f"took {seconds}"]
    if tokens := result.input_tokens + result.output_tokens:  # some servers don't say
        facts.append(f"{tokens:,} tokens")
    if result.searched:
        facts.append(f"searched the web for: {'; '.join(result.searched)}")
    return f"*{escape(' · '.join(facts))}*"


def _moment(moment: datetime) -> str:
    there = moment.astimezone(UTC)
    return f"{there.day} {there:%b %Y, %H:%M} UTC"
