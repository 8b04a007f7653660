"""The form: what visitors may write, and what becomes of it."""

import re
import textwrap
from collections.abc import Iterator, Sequence

from idearc.errors import InputError
from idearc.models import Idea
from idearc.spelling import differently_spelled
from idearc.text import clean

NAME_MAX = 80
NAME_SHORT = 45  # of an idea that is called by its first words: two lines on a phone
TEXT_MIN, TEXT_MAX = 10, 4_000
KNOWN_MAX = 20
_KNOWN_TEXT_MAX = 4_000  # with all that stands between the names
SEARCH_MAX = 200  # characters of what ideas are searched by

# What people write lists with, in many scripts. A comma before a legal form belongs to the name, as
# in "Acme, Inc."; SAS and others are names too.
_SIGNS = r"\n;，、；،؛•"
_LEGAL_FORM = (
    r" *(?:inc|incorporated|corp|corporation|limited|co|co\.?,? *ltd|ltd|llc|llp|plc|gmbh|s\.a\.)"
    rf"\.? *(?:\([^()\n]*\) *)?(?:[,{_SIGNS}]|$)"
)
_SEPARATOR = re.compile(rf"[{_SIGNS}]|,(?!{_LEGAL_FORM})", re.IGNORECASE)
_BULLET = re.compile(r"^(?:(?:[-–—*](?=\s)|[·‣▪●○◦■])\s*(?=\S))+")
_NUMBER = re.compile(r"^\(?(\d{1,2})(?:[.)](?=\s)|[、．）])\s*(?=\S)")


def read_form(name: str, text: str, known: str | Sequence[str], token: str) -> Idea:
    """The idea that was written down; `known` names competitors, as a list of any kind is written.

    Raises InputError, which says what to mend.
    """
    name, text = " ".join(clean(name).split()), clean(text)
    if len(name) > NAME_MAX:
        raise InputError(
            f"The name has {len(name)} characters; at most {NAME_MAX} fit. Shorten it."
        )
    if len(text) < TEXT_MIN:
        raise InputError(
            f"The idea has {len(text)} characters; at least {TEXT_MIN} are needed. "
            "Say in a sentence or two what it does, and for whom."
        )
    if len(text) > TEXT_MAX:
        raise InputError(
            f"The idea has {len(text):,} characters; at most {TEXT_MAX:,} fit. Shorten it."
        )
    return Idea(token=token, name=name or _first_words(text), text=text, known=_names(known))


def _names(known: str | Sequence[str]) -> list[str]:
    if isinstance(known, str):
        if len(known) > _KNOWN_TEXT_MAX:
            raise InputError(
                f"The known competitors have {len(known):,} characters; at most "
                f"{_KNOWN_TEXT_MAX:,} fit. Leave some out."
            )
        known = list(_split(clean(known)))
    written = list(filter(None, (" ".join(clean(name).split()) for name in known)))
    for name in written:
        if len(name) > NAME_MAX:
            raise InputError(
                f"The known competitor “{name[:30]}…” has {len(name)} characters; at most "
                f"{NAME_MAX} fit. Put commas or line breaks between the names, or shorten it."
            )
    names = differently_spelled(written, str)
    if len(names) > KNOWN_MAX:
        raise InputError(
            f"There are {len(names)} known competitors; at most {KNOWN_MAX} fit. Leave some out."
        )
    return names


def _split(known: str) -> Iterator[str]:
    """Names without what a list puts before them; numbers are a list's only if they count."""
    lines = list(filter(None, map(str.strip, known.split("\n"))))
    numbers = [found for line in lines if (found := _NUMBER.match(line))]
    if len(numbers) > 1 and [int(one[1]) for one in numbers] == list(range(1, len(numbers) + 1)):
        lines = [_NUMBER.sub("", line) for line in lines]
    for line in lines:
        for part in _SEPARATOR.split(line):
            yield _BULLET.sub("", part.strip())


def _first_words(text: str) -> str:
    """The name of an idea that was given none."""
    words = textwrap.shorten(text, NAME_SHORT, placeholder="…", break_on_hyphens=False)
    return words if len(words) > 1 else text[: NAME_SHORT - 1] + "…"
