"""Reads a model's answer out of whatever stands around it: text in, checked answer out, no I/O."""

import json
import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from idearc.jobs.job import JobAnswer
from idearc.providers.reasons import shorten

A = TypeVar("A", bound=JobAnswer)

# Before these a model has thought aloud. What opens a thought may be missing: templates write it.
_END_OF_THOUGHT = re.compile(
    r"</(?:think|thinking|thoughts?|reasoning)>|\[/THINK\]|◁/think▷|<\|channel\|>final", re.I
)
_START = re.compile(r'\{\s*"')  # of an object that isn't empty
_UNREADABLE = object()


class _Text(str):
    """For JSON's decoder, which on each failure counts the lines before it: here at no cost."""

    def count(self, *_: object) -> int:
        return 0

    def rfind(self, *_: object) -> int:
        return -1


class UnreadableError(Exception):
    """There is no answer in the text; says what is wrong with it, in words for the model."""


def read(answer: type[A], text: str) -> A:
    """The last whole JSON object in the text that fits; thoughts never count.

    What can be read without doubt is read: null is empty, in capitals a word is the same, one is a
    list of one, a number is its text. Entries that can't be read are left out, unless none is left.
    Takes time in proportion to the length of the text. Raises UnreadableError.
    """
    problem = "it is no valid JSON"
    for number, value in enumerate(reversed(_objects(text))):
        try:
            return _checked(answer, value)
        except ValidationError as error:
            if number == 0:
                problem = _summary(error)
    raise UnreadableError(problem)


def text_of(content: object) -> str:
    """What a message says: its text, the text among its parts, or an object as JSON.

    Parts of other kinds are thoughts.
    """
    match content:
        case str():
            return content
        case list():
            return "".join(map(text_of, content))
        case {"type": kind} if kind not in {"text", "output_text"}:
            return ""
        case {"text": str(text)}:
            return text
        case dict():
            return json.dumps(content)
        case _:
            return ""


def _objects(text: str) -> list[dict[str, Any]]:
    """All whole JSON objects behind the last thought, in the order of their ends."""
    found: list[dict[str, Any]] = []
    decoder = json.JSONDecoder(
        object_hook=lambda one: found.append(one) or one,  # type: ignore[func-returns-value]
        parse_int=str,
        parse_float=str,
        parse_constant=lambda _: None,
    )
    same = _Text(text)
    seen = behind = 0
    while start := _START.search(text, behind):
        at = start.start()
        if _END_OF_THOUGHT.search(text, seen, at):
            found.clear()
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
    if _END_OF_THOUGHT.search(text, seen):
        found.clear()
    return found


def _summary(error: ValidationError) -> str:
    """The first thing that is wrong, without the value, which may be anything."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"])) or "the answer"
    return shorten(f"{place}: {first['msg']}")


def _checked(answer: type[A], value: dict[str, Any]) -> A:
    """The answer that the object is; raises ValidationError."""
    entries = [name for name, field in answer.model_fields.items() if _holds_entries(field)]
    mended = _mended_fields(answer, value)
    says_nothing = all(value.get(name) == [] for name in entries)
    if entries and (says_nothing or any(mended[name] for name in entries)):
        return answer.model_validate(mended)
    return answer.model_validate(value)  # which says what is wrong with it


def _holds_entries(field: FieldInfo) -> bool:
    is_list = get_origin(field.annotation) is list
    return is_list and _is_model(get_args(field.annotation)[0])


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _mended_fields(model: type[BaseModel], value: dict[str, Any]) -> dict[str, Any]:
    """A text or a list that is missing is empty; all else must be there."""
    return {
        name: _mended(field.annotation, value.get(name))
        for name, field in model.model_fields.items()
        if name in value or field.annotation is str or get_origin(field.annotation) is list
    }


def _mended(annotation: Any, value: Any) -> Any:
    """What the value says, where that is beyond doubt; else the value as it is, or _UNREADABLE."""
    kind, arguments = get_origin(annotation), get_args(annotation)
    if kind is Annotated:
        return _mended(arguments[0], value)
    if kind is list:
        items = value if isinstance(value, list) else [] if value is None else [value]
        mended = [_mended(arguments[0], item) for item in items]
        return [item for item in mended if item is not _UNREADABLE]
    if kind is Literal:
        return _option(arguments, value)
    if annotation is str:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return ", ".join(value)
        return "" if value is None else value
    if _is_model(annotation):
        if not isinstance(value, dict):
            return _UNREADABLE
        try:
            return annotation.model_validate(_mended_fields(annotation, value))
        except ValidationError:
            return _UNREADABLE
    return value


def _option(options: Sequence[str], value: Any) -> Any:
    """The option that the value begins with, in any capitals, if it names no other one."""
    if value is None and "unknown" in options:
        return "unknown"
    words = re.findall(r"\w+", str(value).casefold())
    meant = [option for option in options if option.casefold() in words]
    return meant[0] if len(meant) == 1 and meant[0].casefold() == words[0] else value
