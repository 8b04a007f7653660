"""Words of a text as they are compared, and those that are nobody's name."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from idearc.web import Hit

_OF_ALL_SOFTWARE = "app apps software online digital mobile web service services free best"
_LONGEST = 40  # letters of a word that is looked at


def words_of(text: str) -> list[str]:
    """Without case, accents and the endings of plurals."""
    plain = re.sub(r"[\u0300-\u036f]", "", unicodedata.normalize("NFKD", text.casefold()))
    words = re.findall(r"[^\W_]+", plain)
    return [re.sub(r"(?<=....)(e[rns]|[esn])$", "", word) for word in words]


def _small_words(texts: Iterable[str]) -> set[str]:
    return {
        word
        for text in texts
        for small in re.findall(r"\b[^\W\dA-Z]\w*", text)
        if small == small.lower()
        for word in words_of(small)
    }


def is_said(phrase: str, text: str, share: float = 1) -> bool:
    """Whether the words of the phrase that carry meaning, or this share, stand in the text."""
    said, words = set(words_of(text)), words_of(phrase)
    words = [word for word in words if len(word) > 3 or word.isdigit()] or words
    return bool(words) and sum(word in said for word in words) >= share * len(words)


class GeneralWords:
    """Those of an idea and of the phrases, of all software, and of most pages.

    Of most pages only those that are written without a capital, too: else the best-known name would
    be one.
    """

    def __init__(self, texts: Sequence[str], hits: Sequence[Hit]) -> None:
        pages = [f"{hit.title} {hit.text}" for hit in hits]
        counts = Counter(word for page in pages for word in set(words_of(page)))
        often = {word for word, count in counts.items() if count > max(3, len(hits) / 2)}
        own = set().union(*map(words_of, [_OF_ALL_SOFTWARE, *texts]))
        self.small = _small_words([*texts, *pages])  # written without a capital somewhere
        self._words = own | (often & self.small)
        self._long = {word for word in self._words if len(word) > 3}
        self._known: dict[str, bool] = {}

    def has(self, name: str) -> bool:
        """Whether each word of the name is one, a part of one, or made of them."""
        return all(len(word) <= _LONGEST and self._has(word) for word in words_of(name))

    def _has(self, word: str) -> bool:
        if word not in self._known:
            self._known[word] = self._is_made_of_them(word)
        return self._known[word]

    def _is_made_of_them(self, word: str) -> bool:
        rests = [word.removeprefix(one) for one in self._long if word.startswith(one)]
        return (
            (len(word) < 3 and word.isascii())
            or word in self._words
            or any(word in other for other in self._long)
            or any(self._has(re.sub(r"^(e?[nrs])(?=...)", "", rest)) for rest in rests)
        )
