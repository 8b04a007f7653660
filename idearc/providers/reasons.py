"""Somebody else's words, made fit to be read as a reason."""

import math
import re
from collections.abc import Callable

import openai
from pydantic import ValidationError

from idearc.text import clean

_LONG_WAIT = 120  # seconds after which nobody waits for another attempt any more


def shorten(words: str) -> str:
    """One line of them, at most 200 characters."""
    line = " ".join(clean(words).split()).rstrip(".")
    return line if len(line) <= 200 else line[:200] + "…"


def summary(error: ValidationError) -> str:
    """The first thing that is wrong, without the value, which may be anything."""
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return "it is no valid JSON"
    place = ".".join(map(str, first["loc"])) or "the answer"
    return shorten(f"{place}: {first['msg']}")


def root_cause(error: BaseException) -> str:
    """What is at the bottom of the error, without any header that it quotes."""
    while error.__cause__:
        error = error.__cause__
    if "ProtocolError" in type(error).__name__:  # its words may quote a header, the key with it
        is_theirs = "Remote" in type(error).__name__
        return "the connection broke off" if is_theirs else "the request can't be sent"
    # Without what is for programs: numbers of errors, names of files.
    words = re.sub(r"^\[Errno -?\d+\] | \(_\w+\.c(:\d+)?\)$", "", str(error))
    words = re.sub(r"^\[SSL: \w+\]", "no secure connection,", words)
    return shorten(words) or type(error).__name__


def explain(error: openai.APIStatusError, quote: Callable[[str], str], if_refused: str) -> str:
    """What the server's refusal means and what to do; its own words pass through `quote`."""
    said = f"The model's server answered {error.status_code}"
    if error.status_code == 401:
        return f"{said}: the API key was refused. Check OPENAI_API_KEY, then try again."
    if "insufficient_quota" in {error.code, error.type}:
        return f"{said}: quota exceeded. Check the plan of your API key, then try again."
    minutes = math.ceil((retry_after(error) or 0) / 60)
    wait = f"{minutes} minutes" if minutes > 1 else "a minute"
    if error.status_code == 429:
        return f"{said}: too many requests. Try again in {wait}."
    body = error.body.get("message") if isinstance(error.body, dict) else error.body
    is_text = isinstance(body, str) and not body.lstrip().startswith("<")  # no page of HTML
    words = quote(str(body) if is_text else error.response.reason_phrase)
    if error.status_code >= 500:
        return f"{said}: it is overloaded or broken ({words}). Try again in {wait}."
    return f"{said}: {words}. {if_refused}"


def is_permanent(error: openai.APIStatusError) -> bool:
    """Whether the same request would be refused again, for as long as anybody waits."""
    is_long = (retry_after(error) or 0) > _LONG_WAIT
    if is_long or "insufficient_quota" in {error.code, error.type}:
        return True
    return error.status_code < 500 and error.status_code not in {408, 409, 425, 429}


def retry_after(error: openai.APIStatusError) -> float | None:
    """The seconds that the server asks for; it may also name a date, which is rare."""
    try:
        seconds = float(error.response.headers["retry-after"])
        return min(max(seconds, 0), 3_600) if math.isfinite(seconds) else None
    except (KeyError, ValueError):
        return None
