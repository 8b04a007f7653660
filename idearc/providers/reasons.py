"""Somebody else's words, made fit to be read as a reason."""

import re

from idearc.text import clean


def shorten(words: str) -> str:
    """One line of them, at most 200 characters."""
    line = " ".join(clean(words).split()).rstrip(".")
    return line if len(line) <= 200 else line[:200] + "…"


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
