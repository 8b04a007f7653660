"""Untrusted text, made fit for Streamlit's Markdown."""

import re
from urllib.parse import quote_plus, urlsplit

SEARCH_ENGINE = "https://duckduckgo.com/?q="


def plain(text: str) -> str:
    """The text in one line, its Markdown made harmless: what was typed is what is seen."""
    line = " ".join(text.split())
    # Streamlit makes symbols of "->", "--", ">=" and the like, escaped or not: a word joiner, which
    # nobody sees, keeps them as they are.
    line = re.sub(r"(?<!\S)([-<>~])([-=>]+)(?!\S)", "\\1\u2060\\2", line)
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", line)


def link(label: str, url: str) -> str:
    """A Markdown link, or the label alone when the url is not one of the web."""
    try:
        is_web = urlsplit(url).scheme in {"http", "https"} and urlsplit(url).hostname
    except ValueError:
        is_web = None
    target = re.sub(r"[<>\s\\]", "", url)
    return f"[{plain(label)}](<{target}>)" if is_web else plain(label)


def search_link(label: str, words: str) -> str:
    """A Markdown link to what a search engine finds for the words; it learns of them by a click."""
    return link(label, SEARCH_ENGINE + quote_plus(words))


def host(url: str) -> str:
    """Its host; the whole text when it is no address."""
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url
