"""What is dropped from answers: repetitions, and what search models leave in their texts."""

from dataclasses import dataclass

import pytest
from pydantic import TypeAdapter, ValidationError

from idearc.spelling import Names, differently_spelled, distinct
from idearc.text import Name, Text


@dataclass
class Entry:
    name: str
    what: str = ""


@pytest.mark.parametrize(
    ("name", "earlier", "repeats"),
    [
        ("Bike repairs", "bike repair", True),
        ("Bike Repairs Plus", "Bike repairs", True),
        ("Bike repairs", "Bike Repairs Plus", True),
        ("Return tracking by SMS", "Return tracking by email", True),
        ("Clubs for dog walking", "Dog walking clubs", True),
        ("Delivery service", "Delivery services", True),
        ("Training courses", "Training course", True),
        ("Payment split between flatmates", "Payment", False),
        ("Bike lock", "Bike light", False),
        ("दवा का स्मरण", "दवा का भंडार", False),
        ("🐕", "Dog walking", False),
        ("Dog walking", "🐕", False),
        ("Teaching oneself", "Repair shops", False),
        ("Name 1", "Name 2", False),
        ("犬の散歩", "犬の世話", False),
    ],
)
def test_a_name_that_differs_by_a_word_repeats(name: str, earlier: str, repeats: bool) -> None:
    kept = distinct([Entry(earlier), Entry(name)], common_words=3)
    assert [entry.name for entry in kept] == ([earlier] if repeats else [earlier, name])


def test_how_much_is_common_is_for_the_job_to_say() -> None:
    walkers = [Entry("Dog walker profiles"), Entry("Dog walker ratings")]
    assert distinct(walkers, common_words=3) == walkers
    assert distinct(walkers, common_words=2) == walkers[:1]


@pytest.mark.parametrize(
    ("names", "is_same"),
    [
        (["OpenTable", "Open Table", "open-table", "OpenTable, Inc.", "opentable.com"], True),
        (["https://www.opentable.com/", "OPENTABLE"], True),
        (["Café Müller", "Cafe Muller GmbH"], True),
        (["Tom's", "Toms"], True),
        (["Otter.ai", "Otter AI"], True),
        (["Acme B.V.", "Acme", "Acme BV", "Acme GmbH & Co. KG", "acme.com", "Acme (Berlin)"], True),
        (["Acme (Berlin) GmbH", "Acme (Berlin)", "Acme Inc. (berlin)", "acme.com.au"], True),
        (
            ["Acme™", "ACME", "Acme Corporation", "Acme Co., Ltd.", "Acme Pte. Ltd.", "acme.so"],
            True,
        ),
        (["Acme S.p.A.", "Acme, L.L.C.", "Acme P.L.C.", "Acme Incorporated", "Acme S.L."], True),
        (["Docs (Google)", "Docs (Zoho)"], False),
        (["Май", "Маи"], False),
        (["Hair & Co", "Hair"], False),
        (["X.com", "X"], False),
        (["C++", "C#", "C"], False),
        (["Notion", "Notion AI"], False),
        (["Name 1", "Name 2"], False),
        (["दवा का स्मरण", "दवा का भंडार"], False),
        (["犬の散歩", "犬の世話"], False),
        (["🐕", "🎈"], False),
        (["Co", "Inc"], False),
    ],
)
def test_spellings_of_a_name_are_told_from_other_names(names: list[str], is_same: bool) -> None:
    kept = differently_spelled(names, str)
    assert kept == (names[:1] if is_same else names)


def test_the_same_text_repeats_and_no_text_does_not() -> None:
    same = [Entry("A", "Finds a walker."), Entry("B", "finds a walker"), Entry("C"), Entry("D")]
    assert [entry.name for entry in distinct(same, 3)] == ["A", "C", "D"]


LINK = "[example.com](https://example.com/a?utm_source=openai)"


@pytest.mark.parametrize(
    "litter",
    [
        "\ue200cite\ue202turn0search3\ue202turn1view0\ue201",
        "\ue200cite\ue202turn0search3",
        "\ue200navlist\ue202Salons\ue202turn0news1\ue201",
        "turn0search12",
        "citeturn0search1turn2product0",
        "【4†source】",
        f"({LINK})",
        f"({LINK}, [b.com](https://b.com/x))",
        f"([b.com](https://b.com/x_(y)) and {LINK})",
        "(https://example.com/a?utm_source=openai)",
        "(turn0search1, turn0search2)",
        "[turn0search1]",
        ":contentReference[oaicite:0]{index=0}",
        LINK,
    ],
)
def test_citations_are_dropped(litter: str) -> None:
    read = TypeAdapter(Text).validate_python
    assert read(f"Books salons {litter}") == "Books salons"
    assert read(f"Books salons {litter}. Since 2010.") == "Books salons. Since 2010."


def test_what_is_no_citation_stays() -> None:
    text = "【New】 (see [docs](https://a.com) first), [a link](https://a.com), it returns 3 turns"
    assert TypeAdapter(Text).validate_python(text) == text
    assert TypeAdapter(Text).validate_python("A return2base64 call") == "A return2base64 call"


def test_a_name_is_one_line_that_says_something() -> None:
    read = TypeAdapter(Name).validate_python
    assert read(" Open \n Table turn0search1") == "Open Table"
    with pytest.raises(ValidationError, match="must not be empty"):
        read("\u200b")


@pytest.mark.parametrize(
    "part",
    [
        *("(", " (", " ()", ",", " ", "co. ", " ltd", "[", "【", "【†", "turn1a", "[turn1a1,"),
        *("[](https://", "([](https://a) ", "[](https://a(b)", "(https://utm_source=openai"),
    ],
)
def test_a_text_of_the_most_tokens_is_read_at_once(part: str) -> None:
    """Patterns that look again from each place would take minutes."""
    text = f"A{part * (60_000 // len(part))}"
    assert text not in Names([text[1:]])
    assert TypeAdapter(Text).validate_python(text)
