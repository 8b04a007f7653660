"""Untrusted text: what visitors and models wrote, made clean; and what answers are made of."""

import re
import unicodedata
from typing import Annotated

from annotated_types import MaxLen
from pydantic import AfterValidator, BeforeValidator

# Controls, surrogates and private use (citation marks of search models), and the characters
# that reorder text (https://trojansource.codes).
_UNWANTED_CATEGORIES = {"Cc", "Cs", "Co"}
_REORDERING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# What has no ink of its own; at the ends of a text the zero-width characters have no use either.
_UNSEEN_CATEGORIES = {"Cf", "Cn", "Me", "Mn", "Zl", "Zp", "Zs"}
_TRIMMED = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b\u200e\u200f\u2060\ufeff"


def clean(text: str) -> str:
    """The text without characters that are never meant to be seen, trimmed; line breaks stay.

    Empty when there is nothing to see in it.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept = lines
    if not lines.isprintable():  # which most texts are: then nothing in them is unwanted
        kept = "".join(
            char
            for char in lines
            if char == "\n"
            or (char not in _REORDERING and unicodedata.category(char) not in _UNWANTED_CATEGORIES)
        )
    if all(char == "\n" or unicodedata.category(char) in _UNSEEN_CATEGORIES for char in kept):
        return ""
    return kept.strip(_TRIMMED)


SHORT = 80  # characters that a heading may have


def short(text: str, limit: int = SHORT) -> str:
    """The text, or as much of it as fits a heading, a cell, or a chip."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


# What search models leave in their texts, whole or broken off: marks between private-use characters
# and their remains, 【4†source】, ([a.com](https://a.com) and [b.com](https://b.com)).
_MARK = r"(?:turn\d+[a-z]+\d+)+"
_ADDRESS = r"https?://[^()\[\s]*(?:\([^()\[\s]*\)[^()\[\s]*)*"
_LINK = rf"\[[^\[\]]*\]\({_ADDRESS}\)"
_MARKED = r"https?://[^()\[\s]*utm_source=openai[^()\[\s]*"
_CITATIONS = re.compile(
    "|".join(
        [
            r"\s?(?:\ue200(?:[^\ue200\ue201]*\ue201|cite(?:\ue202\w+)*)",
            rf"(?:cite|(?<![A-Za-z0-9])){_MARK}",
            rf"[(\[]{_MARK}(?:[,;\s]+{_MARK})*[)\]]",
            r"【[^【】†]*†[^【】]*】",
            r":contentReference\[[^\[\]]*\](?:\{[^{}]*\})?",
            rf"\({_LINK}(?:[,;\s]+(?:\w+\s+)?{_LINK})*\)",
            rf"\[[^\[\]]*\]\({_MARKED}\)",
            rf"\({_MARKED}\))",
        ]
    )
)


def _clean_answer(value: object) -> object:
    return clean(_CITATIONS.sub("", value)) if isinstance(value, str) else value


def _one_line(text: str) -> str:
    if not text:
        raise ValueError("must not be empty")
    return " ".join(text.split())


def _without_blanks(phrases: list[str]) -> list[str]:
    return [phrase for phrase in phrases if phrase]


def counted(number: int, noun: str) -> str:
    """As in `1 page` and `14 pages`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def first(count: int) -> BeforeValidator:
    """Drops what is over in an answer's list: too much is no reason to ask again."""
    return BeforeValidator(lambda items: items[:count] if isinstance(items, list) else items)


# What answers are made of. The schema has no keyword for lengths of text: not every API knows it.
Text = Annotated[str, BeforeValidator(_clean_answer)]
Name = Annotated[Text, AfterValidator(_one_line)]
Phrases = Annotated[list[Text], MaxLen(3), first(3), AfterValidator(_without_blanks)]
