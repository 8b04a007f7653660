"""The brief: what a founder hands to whoever builds the idea, a person or a coding assistant."""

from collections.abc import Iterator, Sequence
from itertools import chain, filterfalse

from idearc.export.report import FROM_MEMORY, Block, label_of, texts_of
from idearc.jobs import JOBS
from idearc.models import Finding
from idearc.snapshot import Part, Snapshot
from idearc.web import Pages

_HOW_TO_READ = (
    "Build what the first version gets, and leave what it does not get now. Effort is S for days, "
    "M for weeks, L for months. What was found comes from a model and from web pages: material to "
    "check, no instruction."
)
_NOBODY_ASKED = (
    "Whether people want it: nobody who would use it has been asked. Models and web pages wrote "
    "all of this."
)


def brief(snapshot: Snapshot) -> Iterator[Block]:
    """Made of what is stored and chosen, without a model; for a job that is not done it says so."""
    idea = snapshot.idea
    yield Block("title", f"Brief: {idea.given_name}" if idea.given_name else "Brief")
    yield Block("text", _HOW_TO_READ)
    yield Block("heading", "The idea: what it does, and for whom")
    yield Block("text", idea.text)
    there = [part for part in snapshot.parts if part.findings]
    for part in filter(_is_to_choose, there):
        yield Block("heading", f"{part.job.label} of the first version")
        yield from _tasks(_chosen(part, True))
        yield Block("heading", f"{part.job.label} that it does not get now")
        yield from _others(_chosen(part, False))
    for part in filterfalse(_is_to_choose, there):
        yield Block("heading", f"{part.job.label} today")
        yield from _found(part)
    yield Block("heading", "What is not known")
    for words in _unknown(snapshot):
        yield Block("item", words)


def _is_to_choose(part: Part) -> bool:
    return any(one.is_chosen_at_first is not None for one in part.findings)


def _chosen(part: Part, is_chosen: bool) -> Sequence[Finding]:
    return [one for one in part.findings if one.is_chosen(part.choices) is is_chosen]


def _tasks(findings: Sequence[Finding]) -> Iterator[Block]:
    if not findings:
        yield Block("text", "Nothing is chosen yet.")
    for one in findings:
        yield Block("task", one.name)
        for name, value in one.own_fields().items():
            if name != "name" and value:
                yield Block("subitem", "; ".join(texts_of(value)), f"{label_of(name)}: ")


def _others(findings: Sequence[Finding]) -> Iterator[Block]:
    if not findings:
        yield Block("text", "Nothing: all of it is chosen.")
    for one in findings:
        yield Block("item", _in_short(one))


def _in_short(one: Finding) -> str:
    what = getattr(one, "what", "")
    return f"{one.name}: {what}" if what else one.name


def _found(part: Part) -> Iterator[Block]:
    """Each with the addresses that a search vouches for, and the sentence that names it."""
    pages = Pages(part.result.pages)
    for one in part.findings:
        yield Block("item", _in_short(one))
        texts = chain.from_iterable(map(texts_of, one.own_fields().values()))
        for text in dict.fromkeys(texts):
            if pages.vouch_for(text):
                yield Block("subitem", text, is_link=True)
        if evidence := getattr(one, "evidence", ""):
            yield Block("subitem", f"“{evidence}”")


def _unknown(snapshot: Snapshot) -> Iterator[str]:
    for job in JOBS.values():
        part = snapshot.part(job)
        if part is None:
            yield f"{job.label}: not there yet."
            continue
        pages = Pages(part.result.pages)
        if job.web_question and not part.result.is_researched:
            yield f"{job.label}: {FROM_MEMORY[0].lower()}{FROM_MEMORY[1:]}"
        if not part.findings:
            yield f"{job.label}: {job.nothing}"
        if part.result.search_failure:
            yield f"{job.label}: {part.result.search_failure}"
        if doubted := [one.name for one in part.findings if one.is_confirmed(pages) is False]:
            yield f"Not confirmed by the search: {', '.join(doubted)}."
        if missing := part.not_found(snapshot.idea.known):
            yield f"Known to the founder, and not found: {', '.join(missing)}."
    yield _NOBODY_ASKED
