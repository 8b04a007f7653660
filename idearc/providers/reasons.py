"""Somebody else's words, made fit to be read as a reason."""

from pydantic import ValidationError

from idearc.text import clean


def shorten(words: str) -> str:
    """One line of them, at most 200 characters."""
    line = " ".join(clean(words).split()).rstrip(".")
    return line if len(line) <= 200 else line[:200] + "…"


def summary(error: ValidationError) -> str:
    """The first thing that is wrong, without the value, which may be anything."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"])) or "the answer"
    return shorten(f"{place}: {first['msg']}")


def root_cause(error: BaseException) -> str:
    """What is at the bottom of the error, without any header that it quotes."""
    while error.__cause__:
        error = error.__cause__
    # A protocol error quotes the header that it refused, the key with it.
    words = "" if "ProtocolError" in type(error).__name__ else shorten(str(error))
    return words or type(error).__name__
