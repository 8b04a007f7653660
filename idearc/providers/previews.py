"""What can be shown of an answer while it is written; no I/O."""

import logging
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from pydantic import BaseModel
from pydantic_core import from_json

from idearc.jobs.job import JobAnswer
from idearc.preview import MOST_ENTRIES, NO_PREVIEW, Entry, Note, Preview
from idearc.providers.json_objects import start_of_answer
from idearc.providers.reading import lists_of, mended_fields
from idearc.text import Text

log = logging.getLogger(__name__)

_MOST = 30_000  # characters: no answer that makes sense is longer
_MOST_WITH_THOUGHTS = 200_000
_FEW = 40  # characters: for fewer of them it is not read anew


class _Written(BaseModel):
    """The fields that each finding has."""

    name: Text = ""
    what: Text = ""


class Listener:
    """Hears an answer, and notes what there is to see of it."""

    def __init__(self, answer: type[JobAnswer], earlier: Sequence[Entry], note: Note) -> None:
        """`earlier` are entries that were there before this answer."""
        self._answer = answer
        self._earlier = earlier
        self._note = note
        self._doing = ""
        self._whole: object = None  # the outline of what is whole, and of what is being written
        self._written: object = None
        self._preview = NO_PREVIEW

    def __call__(self, text: str, doing: str) -> None:
        if doing != self._doing:
            self._doing = doing
            self._note(doing)
        try:
            value = begun_answer(text)
            whole, written = _outlines(self._answer, value)
            if (whole, written) == (self._whole, self._written):
                return
            if whole == self._whole:
                writing, is_readable = being_written(self._answer, value)
                there = replace(self._preview, writing=writing, is_readable=is_readable)
            else:
                there = preview(self._answer, value)
            self._whole, self._written, self._preview = whole, written, there
        except Exception as error:  # noqa: BLE001 # half an answer may break anything
            log.debug("no preview: %s", type(error).__name__)
            return
        if there:
            self._note(there.after(self._earlier))


def begun_answer(text: str) -> Mapping[str, Any]:
    """The object that a model has begun to write, behind its thoughts; empty before it has."""
    start = start_of_answer(text) if len(text) <= _MOST_WITH_THOUGHTS else None
    if start is None or len(text) - start > _MOST:
        return {}
    try:
        value: Mapping[str, Any] = from_json(text[start:], allow_partial="trailing-strings")
    except ValueError:
        return {}
    return value


def _outlines(answer: type[JobAnswer], value: Mapping[str, Any]) -> tuple[object, object]:
    """What changes when more is whole, and when more of the next entry is there to show.

    Far cheaper than to read it all.
    """
    parts = [value[name] for name in lists_of(answer) if isinstance(value.get(name), list)]
    whole = len(value), [len(part) for part in parts]
    return whole, [_size(part[-1]) for part in parts if part]


def preview(answer: type[JobAnswer], value: Mapping[str, Any]) -> Preview:
    """The entries that are whole: the next one has begun, or something that follows their list.

    And the one that is being written, with whether all of it is there that is shown.
    They pass through what makes the final answer's findings; that one may differ. Empty where the
    value is no such answer. Raises whatever half an answer leads to.
    """
    lists = lists_of(answer)
    # This is done again and again: no more is read than is shown.
    shown = {
        name: part[:MOST_ENTRIES] if name in lists and isinstance(part, list) else part
        for name, part in value.items()
    }
    match [*value.items()]:
        case [*_, (name, [*whole, _last])] if name in lists:
            shown[name] = whole[:MOST_ENTRIES]
    so_far = answer.model_validate(mended_fields(answer, shown))
    return Preview(entries_of(so_far.findings()), *being_written(answer, value))


def being_written(answer: type[JobAnswer], value: Mapping[str, Any]) -> tuple[Entry | None, bool]:
    """The entry that the answer ends with, and whether all of it is there that is shown."""
    match [*value.items()]:
        case [*_, (name, [*_, last])] if name in lists_of(answer):
            return _entry(last), _whole_fields(last) == _Written.model_fields.keys()
    return None, False


def entries_of(findings: Sequence[BaseModel]) -> Sequence[Entry]:
    return [entry for one in findings if (entry := _entry(vars(one)))]


def _size(fields: Any) -> tuple[object, ...]:
    """Of an entry that is being written, as far as it is shown."""
    what = fields.get("what") if isinstance(fields, Mapping) else ""
    return _whole_fields(fields), len(f"{what}") // _FEW


def _whole_fields(fields: Any) -> Set[str]:
    """Those of the shown fields after which another one has begun."""
    names = [*fields] if isinstance(fields, Mapping) else []
    return _Written.model_fields.keys() & {*names[:-1]}


def _entry(fields: Any) -> Entry | None:
    if not isinstance(fields, Mapping):
        return None
    written = _Written.model_validate(fields)
    return Entry(written.name, written.what) if written.name else None
