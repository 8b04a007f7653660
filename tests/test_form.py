"""What may be written, whatever is written."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from idearc.errors import InputError
from idearc.form import KNOWN_MAX, NAME_MAX, TEXT_MAX, TEXT_MIN, read_form
from idearc.text import clean

# All that a browser or a program can send, and more of what looks like nothing or turns around.
ODD = "\0\x07\x1b\x7f\u0301\u034f\u200b\u200d\u202e\u2066\ufeff\ud800\ue000 \n\r\t,👩🏽‍🔬אב"
TEXTS = st.text(alphabet=st.one_of(st.characters(), st.sampled_from(ODD)), max_size=200)


@given(TEXTS, TEXTS, TEXTS, st.integers(1, 30))
def test_what_is_taken_fits_and_can_be_seen_and_what_is_not_says_why(
    name: str, text: str, known: str, times: int
) -> None:
    try:
        idea = read_form(name, text * times, known, "token")
    except InputError as error:
        words = str(error)
        assert words[-1] == "."
        assert "characters" in words or "competitors" in words
        assert clean(words) == words  # nothing that it quotes turns the message around
        return
    assert TEXT_MIN <= len(idea.text) <= TEXT_MAX
    assert 0 < len(idea.name) <= NAME_MAX
    assert len(idea.known) <= KNOWN_MAX
    for written in (idea.name, idea.text, *idea.known):
        assert clean(written) == written
        assert any(unicodedata.category(char)[0] in "LNPS" or char == "\u2800" for char in written)
        written.encode()  # no half of a character
    again = read_form(idea.name, idea.text, "\n".join(idea.known), "token")
    assert (again.name, again.text, again.known) == (idea.name, idea.text, idea.known)
