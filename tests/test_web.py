"""Addresses are compared by what they are, not by what they look like."""

import pytest

from idearc.web import Pages, as_address, host, site


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.Example.com/a", "example.com"),
        ("http://shop.example.co.uk:8080", "example.co.uk"),
        ("https://example.com.", "example.com"),
        ("https://münchen.de", "xn--mnchen-3ya.de"),
        ("https://straße.de", "xn--strae-oqa.de"),  # which is not strasse.de
        ("https://openai.com@evil.com", ""),
        ("https://evil.com&sol;.openai.com", ""),
        ("https://openai.com:evil", ""),
        ("https://evil.com/?u=openai.com", "evil.com"),
        ("https://evil.com/openai.com", "evil.com"),
        ("https://openai.com.evil.com", "evil.com"),
        ("https://openai.com。evil.com", "evil.com"),
        ("https://notopenai.com", "notopenai.com"),
        ("https://one.github.io", "one.github.io"),  # people register below it
        ("https://127.0.0.1/a", "127.0.0.1"),
        ("https://[2001:db8::1]/", "2001:db8::1"),
        ("https://co.uk", ""),
        ("https://localhost", ""),
        ("ftp://example.com", ""),
        ("javascript:alert('example.com')", ""),
        ("example.com", ""),
        ("http://[broken", ""),
        ("https://" + "x" * 300 + ".com", "x" * 300 + ".com"),
        ("", ""),
    ],
)
def test_a_site_is_what_somebody_has_registered(url: str, name: str) -> None:
    assert site(url) == name


def test_a_host_is_shown_without_www() -> None:
    assert host("https://www.shop.example.com/a") == "shop.example.com"
    assert host("no address") == ""


def test_an_address_is_of_the_web() -> None:
    assert as_address(" https://e.com/a?b=(c)\n") == "https://e.com/a?b=(c)"
    assert as_address("https://e.com/a b") == ""
    assert as_address("mailto:a@example.com") == ""


FOUND = Pages(
    ["https://www.example.com/a/?utm_source=openai", "https://news.example.org/item?id=1"]
)


@pytest.mark.parametrize(
    ("url", "is_vouched_for"),
    [
        ("http://example.com/a", True),
        ("https://www.example.com", True),
        ("https://news.example.org/", True),
        ("https://example.com/b", False),
        ("https://example.org", False),  # nothing of this very host was returned
        ("https://example.com:8443", False),
        ("https://example.com/?draft", False),
        ("https://example.net", False),
        ("", False),
    ],
)
def test_a_search_vouches_for_its_pages_and_their_hosts(url: str, is_vouched_for: bool) -> None:
    assert FOUND.vouch_for(url) == is_vouched_for


@pytest.mark.parametrize(
    ("url", "is_page", "is_site"),
    [
        ("http://example.com/a", True, True),
        ("https://example.com/a#part", True, True),
        ("https://news.example.org/item?id=1", True, True),
        ("https://news.example.org/item?id=2", False, True),
        ("https://example.com/b", False, True),
        ("https://shop.example.com/a", False, True),
        ("https://example.org", False, True),
        ("https://example.com/a?draft", False, True),
        ("https://example.com/%61", True, True),
        ("https://example.net/a", False, False),
        ("", False, False),
    ],
)
def test_what_a_search_returned_is_told_from_what_it_did_not(
    url: str, is_page: bool, is_site: bool
) -> None:
    assert (FOUND.has(url), FOUND.has_site(url)) == (is_page, is_site)
    assert not Pages([]).has(url)
    assert not Pages(["nonsense"]).has_site(url)
