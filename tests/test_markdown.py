"""Untrusted text stays text, and only addresses of the web become links."""

from urllib.parse import parse_qs, urlsplit

import pytest

from idearc import markdown


def test_plain_escapes_every_mark_of_markdown() -> None:
    marks = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
    assert markdown.plain(marks) == "".join(f"\\{mark}" for mark in marks)
    assert markdown.plain("two\n\nlines  é 🎈") == "two lines é 🎈"
    assert markdown.plain("a -> b") == "a \\-\u2060\\> b"  # or Streamlit makes an arrow of it
    # Bare addresses would become links.
    for bare in ("https://e.com", "HTTP://e.com", "www.e.com", "me@e.com"):
        joined = markdown.plain(bare).replace("\\", "")
        assert joined != bare == joined.replace("\u2060", "")


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
    assert markdown.link("a*b", url) == (f"[a\\*b](<{url}>)" if is_link else "a\\*b")


def test_an_address_cant_break_out_of_its_link() -> None:
    assert markdown.link("a", "https://e.com/a&sol;b") == "[a](<https://e.com/a&amp;sol;b>)"
    assert markdown.link("a", "https://e.com/)![x](y)") == "[a](<https://e.com/)![x](y)>)"
    for end in (">", "\\>", "\n", "<", " x"):
        assert markdown.link("a", f"https://e.com/{end})![x](http://evil.test/i.png)") == "a"


def test_a_search_carries_the_words_as_they_are() -> None:
    words = "bäcker & co? 100% #1 +"
    url = markdown.search_url(words)
    assert url.startswith("https://")
    assert markdown.link("Bakers [1]", url) == rf"[Bakers \[1\]](<{url}>)"
    assert parse_qs(urlsplit(url).query) == {"q": [words]}
