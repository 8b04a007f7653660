"""Web addresses: what an answer claims, held against what a search really returned."""

import re
from collections.abc import Iterable
from contextlib import suppress
from functools import cache, cached_property
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

import idna
from publicsuffixlist import PublicSuffixList


def as_address(url: str) -> str:
    """The address, which can't break out of a link; empty when it is not one of the web."""
    return url.strip() if _split(url) else ""


def host(url: str) -> str:
    """Its host without `www.`; empty when it is no address."""
    parts = _split(url)
    name = (parts and parts.hostname) or ""
    with suppress(idna.IDNAError):  # of a host that can't be registered
        name = idna.encode(name, uts46=True).decode()  # as browsers do
    return name.rstrip(".").removeprefix("www.")


def site(url: str) -> str:
    """The registered name of its host, `example.co.uk` of `shop.example.co.uk`; empty when none.

    Where people register is in the Public Suffix List, https://publicsuffix.org.
    """
    name = host(url)
    if ":" in name or name.rpartition(".")[2].isdigit():  # a number of a machine has no parts
        return name
    return _public_suffixes().privatesuffix(name) or ""


def is_home(url: str) -> bool:
    """Whether it is the address of a host, and of no page in particular."""
    parts = _split(url)
    return parts is not None and not parts.path.strip("/") and not parts.query


class Pages:
    """What a search returned."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self._addresses = list(addresses)

    def __bool__(self) -> bool:
        return bool(self._addresses)

    def has(self, url: str) -> bool:
        """Whether this very page was returned."""
        return _page(url) in self._pages

    def has_site(self, url: str) -> bool:
        """Whether any page of its site was returned."""
        return site(url) in self._sites

    @cached_property
    def _pages(self) -> set[str]:
        return {*map(_page, self._addresses)} - {""}

    @cached_property
    def _sites(self) -> set[str]:
        return {*map(site, self._addresses)} - {""}


def _page(url: str) -> str:
    """What tells one page from another: no scheme, no `www.`, no mark of who led there."""
    parts = _split(url)
    if not parts:
        return ""
    query = parse_qsl(parts.query, keep_blank_values=True)
    asked = urlencode([(key, value) for key, value in query if not key.startswith("utm_")])
    return f"{host(url)}{unquote(parts.path).rstrip('/')}?{asked}"


def _split(url: str) -> SplitResult | None:
    """The parts of an address of the web, None of any other text."""
    if re.search(r"[<>\s\\]", url.strip()):
        return None
    try:
        parts = urlsplit(url.strip())
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return None
    return parts if is_web else None


@cache
def _public_suffixes() -> PublicSuffixList:
    return PublicSuffixList()
