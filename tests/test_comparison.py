"""What is new, gone and kept between two versions: by names, in whatever spelling."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from idearc.comparison import compare
from idearc.jobs.features import Feature

# The rule itself is in `text.Names`, whose own examples are in test_text.
WORDS = st.text("abcdefghijklmnopqrstuvwxyzäéñß0123456789", min_size=4, max_size=9)
NAMES = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
SPELLINGS = st.sampled_from(
    [
        str.upper,
        str.title,
        "{}, Inc.".format,
        "{} GmbH".format,
        " {} ".format,
        lambda name: name.replace(" ", ""),
        lambda name: name.replace(" ", "-"),
        lambda name: name.replace("é", "e\u0301"),
        lambda name: f"https://www.{name.replace(' ', '')}.com/",
    ]
)


def found(names: Sequence[str]) -> list[Feature]:
    return [Feature(position=place, name=name) for place, name in enumerate(names)]


def names(found: Sequence[Feature]) -> list[str]:
    return [one.name for one in found]


def test_an_example() -> None:
    there = compare(found(["Booksy", "Fresha, Inc.", "Paper"]), found(["FRESHA", "Waitly"]))
    assert names(there.new) == ["Waitly"]
    assert names(there.kept) == ["FRESHA"]
    assert names(there.gone) == ["Booksy", "Paper"]


@given(NAMES, SPELLINGS)
def test_another_spelling_is_kept(name: str, spell: object) -> None:
    there = compare(found([name]), found([spell(name)]))
    assert (there.new, there.gone, names(there.kept)) == ([], [], [spell(name)])


@given(st.lists(NAMES), st.lists(NAMES))
def test_nothing_is_lost_and_the_way_back_is_the_opposite(first: list, second: list) -> None:
    before, after = found(first), found(second)
    there, back = compare(before, after), compare(after, before)
    assert sorted([*there.new, *there.kept], key=lambda one: one.position) == after
    assert sorted([*there.gone, *back.kept], key=lambda one: one.position) == before
    assert (there.new, there.gone) == (back.gone, back.new)


@given(st.lists(st.text()))
def test_of_the_same_all_is_kept(of_both: list[str]) -> None:
    there = compare(found(of_both), found(of_both))
    assert (there.new, names(there.kept), there.gone) == ([], of_both, [])
