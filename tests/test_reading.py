"""Answers of models, read out of whatever stands around them."""

import json
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idearc.jobs import JOBS
from idearc.providers.reading import UnreadableError, read

COMPETITORS = JOBS["competitors"].question.answer
FEATURES = JOBS["features"].question.answer
ENTRY = {
    "name": "N",
    "kind": "direct",
    "what": "W",
    "pricing": "P",
    "strengths": ["S"],
    "weaknesses": [],
}
FEATURE = {"name": "F", "what": "W", "why": "Y", "weakness": "", "effort": "S"}

# What models write around their answers, and what looks like a part of one.
PIECES = [
    "{",
    "}",
    "[",
    "]",
    '"',
    "\\",
    ":",
    ",",
    "\n",
    '{"a":',
    '{"a',
    "```json",
    "null",
    "<think>",
]
NOISE = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=12).map("".join)
TEXTS = st.text(max_size=10) | st.sampled_from(["{", "}", '"', '{"competitors": []}', "</think>"])
ENTRIES = st.fixed_dictionaries(
    {
        "name": TEXTS.map(lambda text: f"N{text}"),
        "kind": st.sampled_from(["direct", "indirect", "substitute", "unknown"]),
        "what": TEXTS,
        "pricing": TEXTS,
        "strengths": st.lists(TEXTS, max_size=3),
        "weaknesses": st.lists(TEXTS, max_size=3),
    }
)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*ENTRY, "competitors"]) | st.text(max_size=3), inner)
    ),
    max_leaves=8,
)


def competitors(*entries: object) -> str:
    return json.dumps({"competitors": entries})


@given(
    NOISE,
    st.sampled_from(["", competitors({**ENTRY, "name": "Thought"}) + "</think>"]),
    st.lists(ENTRIES, min_size=1, max_size=3),
    st.booleans(),
    NOISE,
)
def test_an_answer_comes_out_whole_of_anything_around_it(
    before: str, thought: str, entries: list[dict[str, Any]], is_ascii: bool, after: str
) -> None:
    written = json.dumps({"competitors": entries}, ensure_ascii=is_ascii)
    found = read(COMPETITORS, f"{before}{thought}{written}{after}")
    assert found == COMPETITORS.model_validate_json(json.dumps({"competitors": entries}))


@given(st.text() | NOISE | JUNK.map(json.dumps) | JUNK.map(lambda junk: competitors(junk, junk)))
def test_nothing_breaks_it(text: str) -> None:
    with suppress(UnreadableError):
        found = read(COMPETITORS, text)
        assert COMPETITORS.model_validate(found.model_dump()) == found


@given(st.dictionaries(st.sampled_from(list(ENTRY)), JUNK), st.integers(0, 2))
def test_what_is_wrong_with_one_entry_leaves_the_others_alone(
    wrong: dict[str, Any], place: int
) -> None:
    entries: list[dict[str, Any]] = [ENTRY, ENTRY]
    entries.insert(place, {**ENTRY, **wrong})
    found = read(COMPETITORS, competitors(*entries)).model_dump()["competitors"]
    assert found.count(ENTRY) >= 2
    assert len(found) <= 3


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        ("kind", "Direct", "direct"),
        ("kind", " INDIRECT competitor.", "indirect"),
        ("kind", None, "unknown"),
        ("pricing", None, ""),
        ("pricing", 9.90, "9.9"),
        ("pricing", float("nan"), ""),
        ("pricing", ["free", "9 $"], "free, 9 $"),
        ("what", 10**30, str(10**30)),
        ("strengths", "fast", ["fast"]),
        ("strengths", None, []),
        ("strengths", ["fast", None, 3], ["fast", "3"]),
    ],
)
def test_what_can_be_read_without_doubt_is_read(field: str, given: object, kept: object) -> None:
    (found,) = read(COMPETITORS, competitors({**ENTRY, field: given})).model_dump()["competitors"]
    assert found == {**ENTRY, field: kept}


@pytest.mark.parametrize(
    ("written", "effort"),
    [("Medium", "M"), ("low", "S"), ("L", "L"), ("l", "L"), ("S (days)", "S"), ("M: weeks", "M")],
)
def test_words_for_a_letter_are_that_letter(written: str, effort: str) -> None:
    listed = {"must": [{**FEATURE, "effort": written}], "should": None}
    (found,) = read(FEATURES, json.dumps(listed)).findings()
    assert found.model_dump()["effort"] == effort


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("kind", "direct or indirect"),
        ("kind", "not direct"),
        ("kind", "rival"),
        ("name", None),
        ("name", "  "),
        ("what", True),
        ("pricing", {"monthly": 9}),
    ],
)
def test_an_entry_that_cant_be_read_is_left_out_unless_it_is_the_only_one(
    field: str, given: object
) -> None:
    wrong = {**ENTRY, field: given}
    assert len(read(COMPETITORS, competitors(wrong, ENTRY, "text", None)).findings()) == 1
    with pytest.raises(UnreadableError, match=f"^competitors.0.{field}: "):
        read(COMPETITORS, competitors(wrong))


def test_unreadable_entries_take_no_place_of_others() -> None:
    many = [{**ENTRY, "name": f"N{n}", **({"kind": "?"} if n % 2 else {})} for n in range(40)]
    found = read(COMPETITORS, competitors(*many)).model_dump()["competitors"]
    assert [one["name"] for one in found] == [f"N{n}" for n in range(0, 20, 2)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        competitors(ENTRY)[:-2],
        f"{competitors(ENTRY)}</think>I am not sure.",
        json.dumps(ENTRY),
        json.dumps({"competitors": None}),
        '{"a":' * 5_000 + "}" * 5_000,
    ],
    ids=["empty", "nothing", "cut", "thought", "an entry", "null", "deep"],
)
def test_what_is_no_answer_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableError):
        read(COMPETITORS, text)


@pytest.mark.parametrize(
    "hostile",
    [
        '{"',
        '{"a":',
        '{"a":[',
        '{"a',
        '{":":",',
        '{"a":1}',
        '{"competitors":1}',
        '"{',
        "</think>{",
        "{\n",
    ],
)
def test_hostile_text_is_read_in_linear_time(hostile: str) -> None:
    def seconds(length: int) -> float:
        text = f"{hostile * (length // len(hostile))}\n</think>{competitors(ENTRY)}"
        started = time.process_time()
        assert len(read(COMPETITORS, text).findings()) == 1
        return time.process_time() - started

    seconds(1_000)
    # Eight times the text; the square of it would be 64 times as much.
    assert seconds(400_000) < 24 * max(seconds(50_000), 0.002)
