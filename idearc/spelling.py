"""What is equal although it is written otherwise: letters, names, entries of an answer."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Protocol, TypeVar

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
