"""Untrusted text: what visitors and models wrote, made clean; and what answers are made of."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Annotated, Protocol, TypeVar

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


# Marks that typists leave out, over Latin and Greek letters and the Russian е; elsewhere such marks
# make other letters: Май is not Маи.
_ACCENTS = re.compile(r"(?<=[a-zα-ω])[\u0300-\u036f]+|(?<=е)\u0308")
_IN_WORDS = str.maketrans("ı", "i", "\u00ad\u200b\u2060\ufeff")  # Turkish I; what has no ink


def normalised(text: str) -> str:
    """What looks alike, made equal: for comparing, never for showing.

    Without case (ß is ss), accents, the widths of East Asian letters, and a letter's form at the
    end of a word: https://www.unicode.org/reports/tr15, and 3.13.5 of the Unicode Standard.
    """
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = _ACCENTS.sub("", decomposed).translate(_IN_WORDS)
    return unicodedata.normalize("NFC", bare)  # or a search for か would find が


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


# https://en.wikipedia.org/wiki/List_of_legal_entity_types_by_country
_LEGAL_FORM = re.compile(
    r"[ ,](?:a\.?b|a\.?g|b\.?v|corp|corporation|gmbh(?: & co\.?(?: kg)?)?|inc|incorporated|kg"
    r"|limited|l\.?l\.?c|l\.?l\.?p|(?:co\.?,? |pte\.? |pty\.? )?ltd|n\.?v|oy|p\.?l\.?c|pty|s\.?a"
    r"|s\.?a\.?s|s\.?l|s\.?p\.?a|s\.?r\.?l|ug)\.?$"
)
_ENDS = r"app|co|com|dev|eu|io|me|net|org|so|at|ch|de|es|fr|it|nl|co\.uk|com\.au"
_AROUND = re.compile(rf"^(?:https?://)?(?:www\.)?|(?<=\w\w\w)\.(?:{_ENDS})/?$")
_ASIDE = re.compile(r"(.+?) ?\(([^()]*)\)$")


class Names:
    """Names, each in all its spellings: `Open Table, Inc.`, `OpenTable`, `opentable.com`.

    Spellings have the letters and digits in common, without case and accents, the legal form, and
    the end of an address, unless hardly anything else would be left. What stands in brackets at the
    end of a name may be left out, and be no other: `Docs (Google)` is `Docs`, not `Docs (Zoho)`.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._asides: dict[str, set[str]] = defaultdict(set)
        for name in names:
            self.add(name)

    def __contains__(self, name: str) -> bool:
        letters, aside = bare(name)
        asides = self._asides.get(letters, set())
        return bool(asides) and (not aside or bool({"", aside} & asides))

    def add(self, name: str) -> None:
        letters, aside = bare(name)
        self._asides[letters].add(aside)


@lru_cache(maxsize=20_000)
def bare(name: str) -> tuple[str, str]:
    """What is common to the spellings of a name; and what stands in brackets at its end."""
    line = " ".join(normalised(re.sub("[®©™℠]", "", name)).split())
    line, aside = _without_legal_form(line), ""
    if match := _ASIDE.fullmatch(line):
        line, aside = _without_legal_form(match[1]), match[2]
    return _letters(_AROUND.sub("", line)) or name.strip(), _letters(aside)


def _without_legal_form(line: str) -> str:
    return _LEGAL_FORM.sub("", line).rstrip(" ,")


def _letters(text: str) -> str:
    """Its letters and digits; and what tells C++ from C#."""
    return "".join(char for char in text if unicodedata.category(char)[0] in "LMN" or char in "+#")


E = TypeVar("E")


def differently_spelled(entries: Iterable[E], name: Callable[[E], str]) -> list[E]:
    """Without those whose name is another spelling of an earlier one's."""
    kept, names = [], Names()
    for entry in entries:
        if name(entry) not in names:
            names.add(name(entry))
            kept.append(entry)
    return kept


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
