"""Untrusted text, made fit for Streamlit's Markdown."""

import re
from urllib.parse import quote_plus

from idearc.web import as_address

SEARCH_ENGINE = "https://duckduckgo.com/?q="


def plain(text: str) -> str:
    """The text in one line, its Markdown made harmless: what was typed is what is seen."""
    line = " ".join(text.split())
    # Streamlit makes symbols of "->", "--", ">=" and the like, and links of bare addresses, escaped
    # or not: a word joiner, which nobody sees, keeps them as they are.
    line = re.sub(r"(?<!\S)([-<>~])([-=>]+)(?!\S)", "\\1\u2060\\2", line)
    line = re.sub(r"(?i)(https?:|ftp:|www)(?=//|\.)|(?<=\w)(?=@)", "\\1\u2060", line)
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", line)


def link(label: str, url: str) -> str:
    """A Markdown link, or the label alone when the url is not one of the web."""
    address = as_address(url).replace("&", "&amp;")  # or "&sol;" would become a slash
    return f"[{plain(label)}](<{address}>)" if address else plain(label)


def search_url(words: str) -> str:
    """The address of what a search engine finds for the words; it learns of them by a click."""
    return SEARCH_ENGINE + quote_plus(words)
