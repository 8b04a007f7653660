"""Reads a model's answer out of whatever stands around it: text in, checked answer out, no I/O."""

import json
import re
from collections.abc import Sequence
from operator import itemgetter
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from idearc.jobs.job import A
from idearc.providers.json_objects import json_objects
from idearc.providers.reasons import shorten

_UNREADABLE = object()


class UnreadableError(Exception):
    """There is no answer in the text; says what is wrong with it, in words for the model."""


def read(answer: type[A], text: str) -> A:
    """The last whole JSON object in the text that fits; thoughts never count.

    One with all lists is better than one with some of them, and than one with nothing in them.

    What can be read without doubt is read: null is empty, a word in other capitals is the same
    word, a single value is a list of one, a number is its text. Entries that can't be read are
    left out, unless none is left. Takes time in proportion to the length of the text. Raises
    UnreadableError.
    """
    found = json_objects(text, answer.model_fields.keys())
    if not found:
        raise UnreadableError("it is no valid JSON")
    problem = ""
    fitting: list[tuple[int, A]] = []
    for value in reversed(found):
        try:
            fitting.append(_checked(answer, value))
        except ValidationError as error:
            problem = problem or _summary(error)
    if not fitting:
        raise UnreadableError(problem)
    return max(fitting, key=itemgetter(0))[1]  # of equal ones the first, which came last


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


def _summary(error: ValidationError) -> str:
    """The first thing that is wrong, without the value, which may be anything."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"])) or "the answer"
    return shorten(f"{place}: {first['msg']}")


def _checked(answer: type[A], value: dict[str, Any]) -> tuple[int, A]:
    """The answer that the object is, and how well it fits; raises ValidationError."""
    lists = lists_of(answer)
    mended = mended_fields(answer, value)
    if any(mended[name] for name in lists):
        # A text beside the entries is no reason to lose them.
        texts = {
            name: ""
            for name, field in answer.model_fields.items()
            if field.annotation is str and not isinstance(mended[name], str)
        }
        has_all = set(lists) <= value.keys()
        return 2 if has_all else 1, answer.model_validate({**mended, **texts})
    if all(value.get(name) == [] for name in lists):
        return 0, answer.model_validate(mended)
    return 0, answer.model_validate(value)  # which says what is wrong with it


def lists_of(answer: type[BaseModel]) -> list[str]:
    """The names of its lists of entries."""
    return [name for name, field in answer.model_fields.items() if _holds_entries(field)]


def _holds_entries(field: FieldInfo) -> bool:
    is_list = get_origin(field.annotation) is list
    return is_list and _is_model(get_args(field.annotation)[0])


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def mended_fields(model: type[BaseModel], value: dict[str, Any]) -> dict[str, Any]:
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
        if get_origin(arguments[0]) is Literal:
            return [item for item in mended if item in get_args(arguments[0])]
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
            return annotation.model_validate(mended_fields(annotation, value))
        except ValidationError:
            return _UNREADABLE
    return value


def _option(options: Sequence[Any], value: Any) -> Any:
    """The option that the value begins with, in any capitals, if it names no other one."""
    if value is None and "unknown" in options:
        return "unknown"
    words = re.findall(r"\w+", str(value).casefold())
    meant = [option for option in options if f"{option}".casefold() in words]
    return meant[0] if len(meant) == 1 and f"{meant[0]}".casefold() == words[0] else value
