"""Names in what a search returned: which stand there, and the sentence that proves one."""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import compress
from operator import itemgetter

from idearc.jobs.research.words import GeneralWords, words_of
from idearc.spelling import Names, bare
from idearc.web import Hit, site

_MAX_WORDS = 5  # of a name
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")  # no spaces between words
_AROUND = " .,;:·|-\"'()\u2013\u201c\u201d\u201e"
_PARTS_A_TITLE = re.compile(r"\s[-\u2013\u2014|·»]\s|[:|]\s")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"\u201d»)]?\s+(?=[^\sa-z])|(?<=[\u3002\uff01\uff1f])")


@dataclass(frozen=True)
class Evidence:
    """A name, and the sentence of a page that holds it, both as they stand there."""

    name: str
    sentence: str
    hit: Hit


def candidates(
    listed: Iterable[str], hits: Sequence[Hit], context: Sequence[str]
) -> list[Evidence]:
    """What may be a name, of what a model has listed and of hosts, each with its best sentence.

    It stands in a page as names do, is short, and more than words of the context (the idea and the
    phrases) and of most pages.
    """
    general, own = GeneralWords(context, hits), own_names(hits)
    names = Names()
    kept = []
    for name in _separated([name.strip(_AROUND) for name in [*listed, *own]], general, hits):
        is_short = len(name.split()) <= _MAX_WORDS
        if not is_short or general.has(name) or name in names:
            continue
        proof = evidence(name, hits, context)
        if proof and (
            name in own or any(_is_written_as_name(name, hit, general.small) for hit in hits)
        ):
            names.add(name)
            kept.append(proof)
    return [one for one in kept if not _is_a_part(one.name, kept, hits)]


def evidence(name: str, hits: Sequence[Hit], context: Sequence[str]) -> Evidence | None:
    """The sentence that says most of it: of those that hold it, else a title; None if none does."""
    other_words = {word for text in context for word in words_of(text)} - set(words_of(name))
    found = [
        (
            (kind, name in sentence, len(other_words & set(words_of(sentence)))),
            Evidence(name, sentence, hit),
        )
        for hit in hits
        for kind, sentence in _sentences(hit)
        if _holds(name, sentence)
    ]
    return max(found, key=itemgetter(0))[1] if found else None


def about(name: str, hit: Hit) -> Hit:
    """The page as far as it is about the name: its title, and the sentences that hold it."""
    sentences = [sentence for _, sentence in _sentences(hit)][1:]
    return replace(hit, text=" ".join(one for one in sentences if _holds(name, one)))


def own_words(name: str, names: Iterable[str], page: str) -> str:
    """Where a page names others, too, what stands between the name and the next of them."""
    patterns = sorted(map(_pattern, names), key=len, reverse=True)  # the longer name first
    _, *pieces = re.split(f"({'|'.join(patterns)})", page, flags=re.IGNORECASE)
    mentions = [bare(piece)[0] == bare(name)[0] for piece in pieces[::2]]
    if all(mentions):
        return page
    return "\n".join(compress(pieces[1::2], mentions))


def worth_reading(hits: Sequence[Hit], most: int, context: Sequence[str]) -> list[Hit]:
    """Of those that may hold a name: two thirds the search's best, the others with most names.

    A word may be one that has a capital and is neither a word of the context (the idea and the
    phrases) nor written without a capital on any page.
    """
    general = GeneralWords(context, hits)

    def may_be_names(hit: Hit) -> set[str]:
        words = {word.strip(_AROUND) for word in hit.text.split()}
        return {
            word
            for word in words
            if word and _has_capital(word) and not general.has(word)
            if not all(part in general.small for part in words_of(word))
        }

    counts = {hit: len(may_be_names(hit)) for hit in hits}
    promising = [hit for hit in hits if counts[hit] or own_names([hit])]
    best, others = promising[: most * 2 // 3], promising[most * 2 // 3 :]
    return [*best, *sorted(others, key=counts.__getitem__, reverse=True)][:most]


def own_names(hits: Sequence[Hit]) -> list[str]:
    """Of pages whose host is a word of their own title: `Capmo` of `Capmo: Bautagebuch`.

    A title that ends with the host as it is, as in `Choosing a tent - outdoors.example`, names who
    wrote it, no product.
    """
    found = []
    for hit in hits:
        label, title = _label(hit), _runs(hit.title)
        found += [run for _, run in title if bare(run)[0] == label and "." not in run][:1]
    return found


def own_page(name: str, hits: Sequence[Hit]) -> str:
    """The first page of the site that is registered under this name; empty where there is none."""
    return next((hit.url for hit in hits if _label(hit) == bare(name)[0]), "")


def _label(hit: Hit) -> str:
    """What its site is registered as: `capmo` of `www.capmo.com`."""
    return re.sub(r"\W", "", site(hit.url).partition(".")[0])


def _separated(names: Iterable[str], general: GeneralWords, hits: Sequence[Hit]) -> Iterator[str]:
    """Two names in one are parted where pages hold each without the other: `Wag and Rover`."""
    for name in names:
        parts = [part.strip() for part in re.split(r"[,/&+]|\s[^\W\dA-Z]{1,3}\s", name)]
        if len(parts) > 1 and all(
            part
            and not general.has(part)
            and any(_holds(part, hit.text) and not _holds(name, hit.text) for hit in hits)
            for part in parts
        ):
            yield from parts
        else:
            yield name


def _is_a_part(name: str, of: Iterable[Evidence], hits: Sequence[Hit]) -> bool:
    """Whether pages hold it inside of one longer name only: `Outlook` of `Microsoft Outlook`."""
    longer = [one.name for one in of if one.name != name and _holds(name, one.name)]
    return any(
        not any(
            _holds(name, re.sub(_pattern(one), "\n", f"{hit.title}\n{hit.text}")) for hit in hits
        )
        for one in longer
    )


def _pattern(name: str) -> str:
    """Its words in a row, as whole words where the script has such."""
    words = r"\W+".join(re.findall(r"\w+", name)) or re.escape(name)
    return words if _UNSPACED.search(name) else rf"(?<!\w){words}(?!\w)"


def _is_written_as_name(name: str, hit: Hit, ordinary: Container[str]) -> bool:
    """With capitals in a sentence, or alone between the marks that part a title.

    Ordinary words are a name only inside of a sentence, and not as a part of a longer name.
    """
    if not (_holds(name, hit.text) or _holds(name, hit.title)):
        return False
    if _UNSPACED.search(name):
        return True
    is_more = any(word not in ordinary for word in words_of(name))
    has_capitals = all(_has_capital(word) for word in name.split() if len(word) > 3)
    for _, sentence in [*_sentences(hit)][1:]:
        words = ["", *sentence.split()[1:], ""]  # the first one has a capital anyway
        for start, run in _runs(sentence):
            if bare(run)[0] != bare(name)[0] or not _has_capital(run.split()[0]):
                continue
            around = words[max(0, start - 1)], words[start + len(run.split())]
            if (start or has_capitals) if is_more else start and not any(map(_has_capital, around)):
                return True
    alone = [part for part in _PARTS_A_TITLE.split(hit.title)[:-1] if len(part.split()) < 4]
    is_alone = any(bare(name)[0] == bare(part)[0] for part in alone)
    return is_alone and is_more and all(map(_has_capital, name.split()))


def _has_capital(word: str) -> bool:
    """Or letters of a script that has none."""
    return word != word.lower() or (word == word.upper() != "")


def _sentences(hit: Hit) -> Iterator[tuple[int, str]]:
    """With how much they are worth: a title says more than a sentence of three words."""
    yield 1, hit.title
    for sentence in _SENTENCE_END.split(hit.text):
        yield (2 if len(sentence.split()) > 3 else 0), sentence.strip()


def _holds(name: str, text: str) -> bool:
    return bare(name)[0] in _spelled(text) or bool(_UNSPACED.search(name) and name in text)


@lru_cache(maxsize=1_000)
def _spelled(text: str) -> frozenset[str]:
    return frozenset(bare(run)[0] for _, run in _runs(text))


def _runs(text: str) -> Iterator[tuple[int, str]]:
    """All runs of words that may be a name, without what stands around them; and where.

    `Termin-` of `Termin- und Kostenplan` is half a word.
    """
    words = text.split()
    for start in range(len(words)):
        for end in range(start + 1, min(start + _MAX_WORDS, len(words)) + 1):
            run = " ".join(words[start:end]).strip(_AROUND)
            if run and not words[end - 1].rstrip(",").endswith("-"):
                yield start, run
