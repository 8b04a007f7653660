"""What is drawn: every job has its view, and untrusted text stays text."""

from datetime import timedelta

import pytest

from idearc import views
from idearc.core import State
from idearc.jobs import JOBS


def test_every_job_has_a_view() -> None:
    assert set(views.VIEWS) == set(JOBS)


def test_every_state_has_a_badge() -> None:
    assert set(views.STATE_BADGES) == set(State)


def test_plain_escapes_every_mark_of_markdown() -> None:
    marks = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
    assert views.plain(marks) == "".join(f"\\{mark}" for mark in marks)
    assert views.plain("two\n\nlines  é 🎈") == "two lines é 🎈"
    assert views.plain("a -> b") == "a \\-\u2060\\> b"  # or Streamlit makes an arrow of it


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://example.com/a?b=c#d", True),
        ("http://example.com", True),
        ("javascript:alert(1)", False),
        ("data:text/html,<script>", False),
        ("//example.com", False),
        ("https://", False),
        ("http://[broken", False),
        ("example.com", False),
        ("", False),
    ],
)
def test_only_web_addresses_become_links(url: str, is_link: bool) -> None:
    assert views.link("a*b", url) == (f"[a\\*b](<{url}>)" if is_link else "a\\*b")


def test_an_address_cant_break_out_of_its_link() -> None:
    url = "https://e.com/>) ![x](http://evil.test/i.png) \\> <\n"
    assert views.link("a", url) == "[a](<https://e.com/)![x](http://evil.test/i.png)>)"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (-5, "0 s"), (59.6, "1 min 0 s"), (125, "2 min 5 s")]
)
def test_durations_read_well(seconds: float, words: str) -> None:
    assert views.duration(timedelta(seconds=seconds)) == words
