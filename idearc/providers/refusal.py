"""What a model's server says where it gives no answer, in whatever form; no I/O."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2

_LONG_WAIT = 120  # seconds after which nobody waits for another attempt any more

# What an error with status 200 would be, by its names or its words; and by its names alone.
_STATUS = {
    r"insufficient_quota|rate.?limit|too.?many.?requests|resource.?exhausted": 429,
    r"overloaded|(temporarily|service).?unavailable|\bbusy\b|(at|over).capacity": 503,
    r"(server|internal).?error": 500,
}
_STATUS_BY_NAME = {
    r"authentication|unauthorized|invalid.?api.?key": 401,
    r"permission|forbidden": 403,
    r"not.?found": 404,
    r"invalid|bad.?request|unsupported": 400,
}
_MOST = 2_000  # characters of an error that are looked at

# Under these, in any capitals, servers put the words of an error, or what holds them.
_WORDS = (
    *("error", "errors", "base_resp", "fault", "detail", "title", "message", "msg", "error_msg"),
    *("status_msg", "faultstring", "error_description", "metadata", "raw"),
)


@dataclass(frozen=True)
class Refusal:
    """An answer that is an error."""

    status: int
    words: str  # the server's own; empty when it has none
    names: str  # of the error, its type and what it is about, each as the server calls it
    reason_phrase: str  # what HTTP calls the status
    retry_after: float | None  # seconds

    @property
    def is_over_quota(self) -> bool:
        return "insufficient_quota" in self.names

    @property
    def is_final(self) -> bool:
        """Whether the same request would be refused again, for as long as anybody waits."""
        if self.is_over_quota or (self.retry_after or 0) > _LONG_WAIT:
            return True
        return self.status < 500 and self.status not in {408, 409, 425, 429}


def refusal_of(response: httpx2.Response) -> Refusal:
    """The response, which is read, as a refusal."""
    try:
        body = json.loads(response.content)
        said = [error_within(body), body]
        names, words = _names(said), words_of(said)
    except (ValueError, RecursionError):
        names, words = "", words_of(response.text)
    status = response.status_code
    phrase = httpx2.codes.get_reason_phrase(status)
    return Refusal(status, words, names, phrase, _retry_after(response))


def status_within(body: object) -> int | None:
    """Of an error that came with status 200, where it tells by its code, its type or its words."""
    error = error_within(body)
    if not error:
        return None
    names = _names([error, body])
    if code := re.search(r"(?<!\S)[45]\d\d(?!\S)", names):
        return int(code[0])
    said = f"{names} {words_of(error)}"
    found = [code for words, code in _STATUS.items() if re.search(words, said, re.I)]
    found += [code for words, code in _STATUS_BY_NAME.items() if re.search(words, names, re.I)]
    return found[0] if found else None


def error_within(body: object) -> object:
    """What an answer says of an error, for all of it or for its first choice; or None."""
    match body:
        case {"output": _}:  # OpenAI's own way to say that it failed
            return None
        case {"choices": [{"message": {"content": content}}, *_]} if content:
            return None
        case {"error": error} if error:
            return error
        case {"choices": [{"error": error}, *_]} if error:
            return error
        case [{"error": error}] if error:
            return error
        case {"choices": _} | {"data": _} | {"models": _}:
            return None
        case {"object": "error"} | {"errors": _} | {"detail": _} | {"message": _}:
            return body
        case _:
            return None


def words_of(body: object) -> str:
    """What is said of an error, in any of the forms that servers have for that.

    OpenAI's {"error": {"message"}}, {"error": "…"}, Gemini's list of one, FastAPI's {"detail": …}
    with its list of places and messages, {"errors": [{"message"}]}, {"message": "…"}; and what
    OpenRouter quotes of the server behind it. No page of HTML, and no stream.
    """
    try:
        return ": ".join(dict.fromkeys(filter(None, map(str.strip, _words(body)))))[:_MOST]
    except RecursionError:
        return ""


def _words(body: object) -> Iterator[str]:
    match body:
        case str() if body.lstrip().startswith(("{", "[")):
            try:
                yield from _words(json.loads(body))
            except ValueError:
                yield body
        case str() if not body.lstrip().startswith(("<", "data:", "event:")):
            yield body
        case list():
            for one in body:
                yield from _words(one)
        case {"loc": [*place], "msg": str(message)}:
            yield f"{'.'.join(map(str, place))}: {message}"
        case dict():
            fields = {str(key).lower(): value for key, value in body.items()}
            for key in _WORDS:
                yield from _words(fields.get(key))
            if isinstance(by_field := fields.get("errors"), dict):
                yield from _words(list(by_field.values()))


def _names(body: object) -> str:
    """Of the error: its code, its type, its status, and what it is about."""
    found: list[str] = []

    def look(part: object) -> None:
        match part:
            case list():
                for one in part:
                    look(one)
            case dict():
                kinds = ("code", "type", "status", "param")
                found.extend(
                    str(part[key]) for key in kinds if isinstance(part.get(key), str | int)
                )
                for key in ("error", "errors", "detail"):
                    look(part.get(key))

    look(body)
    return " ".join(found)[:_MOST]


def _retry_after(response: httpx2.Response) -> float | None:
    """The seconds that the server asks for; it may also name a date, which is rare."""
    try:
        seconds = float(response.headers["retry-after"])
        return min(max(seconds, 0), 3_600) if math.isfinite(seconds) else None
    except (KeyError, ValueError):
        return None
