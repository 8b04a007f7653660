"""Finds JSON in what a model writes, among thoughts and other words; no I/O."""

import json
import re
from collections import deque
from collections.abc import Collection, Sequence
from typing import Any

# Between these a model has thought aloud. The beginning may be missing, as templates write it; a
# thought that is never closed is read like any other text.
_BEGIN_OF_THOUGHT = re.compile(
    r"<(?:\w+:)?(?:think|thinking|thoughts?|reasoning)>|\[THINK\]|◁think▷|<\|channel", re.I
)
_END_OF_THOUGHT = re.compile(
    r"</(?:\w+:)?(?:think|thinking|thoughts?|reasoning)>|\[/THINK\]|◁/think▷|<channel\|>|"
    r"<\|channel\|>final",
    re.I,
)
_MOST_TRIED = 100  # objects that may be the answer; all but one are thoughts or words around it
_START = re.compile(r'\{\s*"')  # of an object that isn't empty


class _Text(str):
    """For JSON's decoder, which on each failure counts the lines before it: here at no cost."""

    def count(self, *_: object) -> int:
        return 0

    def rfind(self, *_: object) -> int:
        return -1


def json_objects(text: str, names: Collection[str]) -> Sequence[dict[str, Any]]:
    """Whole JSON objects behind the last thought, in the order of their ends.

    The last ones of those with a field of these names; or, where there is none, any one.
    """
    found: deque[dict[str, Any]] = deque(maxlen=_MOST_TRIED)
    others: deque[dict[str, Any]] = deque(maxlen=1)

    def keep(one: dict[str, Any]) -> dict[str, Any]:
        (others if one.keys().isdisjoint(names) else found).append(one)
        return one

    decoder = json.JSONDecoder(
        object_hook=keep,
        parse_int=str,
        parse_float=str,
        parse_constant=lambda _: None,
        strict=False,  # line breaks may be in a text as they are
    )
    same = _Text(text)
    seen = behind = 0
    while start := _START.search(text, behind):
        at = start.start()
        if _END_OF_THOUGHT.search(text, seen, at):
            found.clear()
            others.clear()
        try:
            _, seen = decoder.raw_decode(same, at)
            behind = seen
        except json.JSONDecodeError as error:
            # All that was whole before this place is found. A new one begins there, or by the last
            # brace before it, which may have stood in a string that was none.
            seen = at
            last = text.rfind("{", at + 1, error.pos)
            behind = last if last >= 0 else max(error.pos, at + 1)
        except RecursionError:  # no answer is so deep; but behind a thought may be one
            thought = _END_OF_THOUGHT.search(text, at)
            behind = thought.end() if thought else len(text)
    if end := _END_OF_THOUGHT.search(text, seen):
        # A server that enforces the schema from the start leaves no room for a thought before.
        was_thought = text[end.end() :].strip() or _BEGIN_OF_THOUGHT.search(text)
        if was_thought:
            return []
    return found or others


def start_of_answer(text: str) -> int | None:
    """Where the object begins that a model is writing, behind its thoughts; None before that."""
    behind = 0
    for end in _END_OF_THOUGHT.finditer(text):
        behind = end.end()
    start = _START.search(text, behind)
    begin = _BEGIN_OF_THOUGHT.search(text, behind)
    return None if start is None or (begin and begin.start() < start.start()) else start.start()
