"""Untrusted text: what visitors and models wrote, made clean; and what answers are made of."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Protocol, TypeVar

from annotated_types import MaxLen
from pydantic import AfterValidator, BeforeValidator

# Controls, surrogates and private use (citation marks of search models), and the characters
# that reorder text (https://trojansource.codes).
_UNWANTED_CATEGORIES = {"Cc", "Cs", "Co"}
_REORDERING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# What has no ink of its own; at the ends of a text the zero-width characters have no use either.
_UNSEEN_CATEGORIES = {"Cf", "Cn", "Me", "Mn", "Zl", "Zp", "Zs"}
_ZERO_WIDTH = "\u200b\u200e\u200f\u2060\ufeff"


def clean(text: str) -> str:
    """The text without characters that are never meant to be seen, trimmed; line breaks stay.

    Empty when there is nothing to see in it.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept = "".join(
        char
        for char in lines
        if char == "\n"
        or (char not in _REORDERING and unicodedata.category(char) not in _UNWANTED_CATEGORIES)
    )
    if all(char == "\n" or unicodedata.category(char) in _UNSEEN_CATEGORIES for char in kept):
        return ""
    return re.sub(rf"^[\s{_ZERO_WIDTH}]+|[\s{_ZERO_WIDTH}]+\Z", "", kept)


# What search models leave in their texts, whole or broken off: marks between private-use characters
# and their remains, 【4†source】, ([a.com](https://a.com), [b.com](https://b.com)).
_LINK = r"\[[^\[\]]*\]\(https?://[^)\[\s]*"
_CITATIONS = re.compile(
    r"\s?(?:\ue200(?:[^\ue200\ue201]*\ue201|cite(?:\ue202\w+)*)|(?:cite)?(?:turn\d+[a-z]+\d+)+"
    r"|【[^【】†]*†[^【】]*】"
    rf"|\({_LINK}\)(?:[,;\s]+{_LINK}\))*\)|{_LINK}utm_source=openai[^)\[\s]*\))"
)


def _clean_answer(value: object) -> object:
    return clean(_CITATIONS.sub("", value)) if isinstance(value, str) else value


def _not_empty(text: str) -> str:
    if not text:
        raise ValueError("must not be empty")
    return text


def _without_blanks(phrases: list[str]) -> list[str]:
    return [phrase for phrase in phrases if phrase]


def first(count: int) -> BeforeValidator:
    """Drops what is over in an answer's list: too much is no reason to ask again."""
    return BeforeValidator(lambda items: items[:count] if isinstance(items, list) else items)


# What answers are made of. The schema has no keyword for lengths of text: not every API knows it.
Text = Annotated[str, BeforeValidator(_clean_answer)]
Name = Annotated[Text, AfterValidator(_not_empty)]
Phrases = Annotated[list[Text], MaxLen(3), first(3), AfterValidator(_without_blanks)]


# https://en.wikipedia.org/wiki/List_of_legal_entity_types_by_country
_LEGAL_FORM = (
    r"a\.?b|a\.?g|b\.?v|corp|gmbh(?: & co\.?(?: kg)?)?|inc|kg|limited|llc|llp|ltd|n\.?v|oy|plc|pty"
    r"|s\.?a|s\.?a\.?s|s\.?r\.?l|ug"
)
_LEFT_OUT = re.compile(rf"[ ,](?:{_LEGAL_FORM})\.?$| ?\([^()]*\)$")
_ENDS = r"app|co|com|dev|eu|io|me|net|org|at|ch|de|es|fr|it|nl|co\.uk"
_ADDRESS = re.compile(rf"^(?:https?://)?(?:www\.)?|(?<=\w\w\w)\.(?:{_ENDS})/?$")


def is_legal_form(text: str) -> bool:
    """Whether it is what a company's name may leave out, as Inc. and Ltd are."""
    return bool(re.fullmatch(rf"(?:{_LEGAL_FORM})\.?", text.casefold().strip()))


def spelling(name: str) -> str:
    """What is common to all spellings of a name: `Open Table, Inc.`, `OpenTable`, `opentable.com`.

    Its letters and digits, without case and accents, what stands in brackets at its end, the legal
    form, and the end of an address, unless hardly anything else would be left.
    """
    folded = re.sub(r"[\u0300-\u036f]", "", unicodedata.normalize("NFKD", name.casefold()))
    bare = " ".join(folded.split())
    while (shorter := _LEFT_OUT.sub("", bare).rstrip(" ,")) not in {bare, ""}:
        bare = shorter
    return "".join(filter(_is_spelt, _ADDRESS.sub("", bare))) or name.strip()


def _is_spelt(char: str) -> bool:
    return unicodedata.category(char)[0] in "LMN" or char in "+#"  # C++ is not C#


E = TypeVar("E")


def differently_spelled(entries: Iterable[E], name: Callable[[E], str]) -> list[E]:
    """Without those whose name is another spelling of an earlier one's."""
    firsts: dict[str, E] = {}
    for entry in entries:
        firsts.setdefault(spelling(name(entry)), entry)
    return list(firsts.values())


class Named(Protocol):
    name: str
    what: str


N = TypeVar("N", bound=Named)


def distinct(entries: Sequence[N], common_words: int) -> list[N]:
    """Without those that repeat an earlier one, as small models do: only a word is another.

    A name repeats one that has a word more or less, or another one beside at least `common_words`;
    in any order, and whatever their endings and capitals. A text repeats one of the same words.
    """
    kept: list[N] = []
    for entry in entries:
        name, what = _words(entry.name), _words(entry.what)
        if not any(
            _repeats(name, _words(other.name), common_words) or what == _words(other.what) != set()
            for other in kept
        ):
            kept.append(entry)
    return kept


def _repeats(name: set[str], earlier: set[str], common_words: int) -> bool:
    if name <= earlier or earlier <= name:
        return len(name ^ earlier) <= 1 and bool(name and earlier)
    return len(name & earlier) >= max(common_words, len(name) - 1)


def _words(text: str) -> set[str]:
    """Its words, without their case and the endings of plurals."""
    words = (word.strip(".,;:!?()\"'") for word in re.split(r"[\s/-]+", text.casefold()))
    return {re.sub(r"(?<=...)(e?s|e)$", "", word) for word in words if word}
