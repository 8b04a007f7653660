"""Words of a text as they are compared, and those that are nobody's name."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from idearc.web import Hit

_OF_ALL_SOFTWARE = "app apps software online digital mobile web service services free best"


def words_of(text: str) -> list[str]:
    """Without case, accents and the endings of plurals."""
    plain = re.sub(r"[\u0300-\u036f]", "", unicodedata.normalize("NFKD", text.casefold()))
    words = re.findall(r"[^\W_]+", plain)
    return [re.sub(r"(?<=....)(e[rns]|[esn])$", "", word) for word in words]


def small_words(texts: Iterable[str]) -> set[str]:
    """Those that are written without a capital somewhere."""
    return {
        word
        for text in texts
        for small in re.findall(r"\b[^\W\dA-Z]\w*", text)
        if small == small.lower()
        for word in words_of(small)
    }


def is_said(phrase: str, text: str, share: float = 1) -> bool:
    """Whether the words of the phrase that carry meaning, or this share, stand in the text."""
    said = set(words_of(text))
    words = [word for word in words_of(phrase) if len(word) > 3 or word.isdigit()]
    return sum(word in said for word in words) >= share * len(words)


class GeneralWords:
    """Those of an idea and of the phrases, of most pages, and of all software."""

    def __init__(self, texts: Iterable[str], hits: Sequence[Hit]) -> None:
        pages = Counter(word for hit in hits for word in set(words_of(f"{hit.title} {hit.text}")))
        often = {word for word, count in pages.items() if count > max(3, len(hits) / 2)}
        self._words = often.union(*map(words_of, [_OF_ALL_SOFTWARE, *texts]))
        self._long = {word for word in self._words if len(word) > 3}

    def has(self, name: str) -> bool:
        """Whether each word of the name is one, a part of one, or made of them."""
        return all(map(self._has, words_of(name)))

    def _has(self, word: str) -> bool:
        rests = [word.removeprefix(one) for one in self._long if word.startswith(one)]
        return (
            len(word) < 3
            or word in self._words
            or any(word in other for other in self._long)
            or any(self._has(re.sub(r"^(e?[nrs])(?=...)", "", rest)) for rest in rests)
        )
