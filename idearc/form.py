"""The form: what visitors may write, and what becomes of it."""

import re
import textwrap

from idearc.errors import InputError
from idearc.models import Idea
from idearc.text import clean, differently_spelled

NAME_MAX = 80
NAME_SHORT = 45  # of an idea that is called by its first words: two lines on a phone
TEXT_MIN, TEXT_MAX = 10, 4_000
KNOWN_MAX = 20
SEARCH_MAX = 200  # characters of what ideas are searched by

# What people write lists with, in many scripts: signs between names, then marks before a name. A
# comma before a legal form belongs to the name, as in "Acme, Inc."; SAS and others are names too.
_SIGNS = r"\n;，、；،؛•"
_LEGAL_FORM = rf" *(?:inc|incorporated|corp|limited|ltd|llc|llp|gmbh)\.? *(?:[,{_SIGNS}]|$)"
_MARK = r"\s*(?:[-–—*·‣▪●○◦■]|\(?\d{1,2}(?:[.)](?=\s)|[、．）]))\s*(?=\S)"
_SEPARATOR = re.compile(rf"(?:^|[{_SIGNS}]|,(?!{_LEGAL_FORM}))(?:{_MARK})*", re.IGNORECASE)


def read_form(name: str, text: str, known: str, token: str) -> Idea:
    """The idea that was written down; `known` names competitors, in a list of any kind.

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


def _names(known: str) -> list[str]:
    parts = (" ".join(clean(part).split()) for part in _SEPARATOR.split(clean(known)))
    written = list(filter(None, parts))
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


def _first_words(text: str) -> str:
    """The name of an idea that was given none."""
    words = textwrap.shorten(text, NAME_SHORT, placeholder="…", break_on_hyphens=False)
    return words if len(words) > 1 else text[: NAME_SHORT - 1] + "…"
