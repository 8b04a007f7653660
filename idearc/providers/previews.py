"""What can be shown of an answer while it is written; no I/O."""

import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic_core import from_json

from idearc.jobs.job import JobAnswer
from idearc.preview import MOST_ENTRIES, Entry, Note, Preview
from idearc.providers.json_objects import start_of_answer
from idearc.providers.reading import lists_of, mended_fields
from idearc.text import Text

log = logging.getLogger(__name__)

_MOST = 30_000  # characters: no answer that makes sense is longer
_MOST_WITH_THOUGHTS = 200_000
_SECONDS = 0.3  # between looks at an entry that goes on


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
        self._seen = 0  # characters
        self._seen_at = 0.0

    def __call__(self, text: str, doing: str) -> None:
        if doing != self._doing:
            self._doing = doing
            self._note(doing)
        new = text[self._seen :] if len(text) >= self._seen else text  # it is asked again
        now = time.monotonic()
        # Only with a bracket an entry begins.
        if not new or not ("{" in new or "[" in new or now > self._seen_at + _SECONDS):
            return
        self._seen, self._seen_at = len(text), now
        try:
            there = preview(self._answer, text)
        except Exception as error:  # noqa: BLE001 # half an answer may break anything
            log.debug("no preview: %s", type(error).__name__)
            return
        if there:
            self._note(there.after(self._earlier))


def preview(answer: type[JobAnswer], text: str) -> Preview | None:
    """The entries that are whole: the next one has begun, or something that follows their list.

    They pass through what makes the final answer's findings; that one may differ. None where the
    text holds no such answer. Raises whatever half an answer leads to.
    """
    start = start_of_answer(text) if len(text) <= _MOST_WITH_THOUGHTS else None
    if start is None or len(text) - start > _MOST:
        return None
    try:
        value = from_json(text[start:], allow_partial="trailing-strings")
    except ValueError:
        return None
    lists, writing = lists_of(answer), None
    match [*value.items()]:
        case [*_, (name, [*whole, last])] if name in lists:
            value[name], writing = whole, _entry(last)
    # This is done again and again: no more is read than is shown.
    shown = {
        name: part[:MOST_ENTRIES] if name in lists and isinstance(part, list) else part
        for name, part in value.items()
    }
    so_far = answer.model_validate(mended_fields(answer, shown))
    return Preview(entries_of(so_far.findings()), writing)


def entries_of(findings: Sequence[BaseModel]) -> Sequence[Entry]:
    return [entry for one in findings if (entry := _entry(vars(one)))]


def _entry(fields: Any) -> Entry | None:
    if not isinstance(fields, Mapping):
        return None
    written = _Written.model_validate(fields)
    return Entry(written.name, written.what) if written.name else None
