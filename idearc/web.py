"""Web addresses: what an answer claims, held against what a search really returned."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import idna
from publicsuffixlist import PublicSuffixList

_LONGEST = 2_000  # characters of an address, which browsers and search engines take


@dataclass(frozen=True)
class _Address:
    host: str  # as browsers write it, in ASCII and without `www.`
    port: int | None
    path: str
    query: str


def as_address(url: str) -> str:
    """The address, which can't break out of a link; empty when it is not one of the web."""
    return url.strip() if _read(url) else ""


def host(url: str) -> str:
    """Its host without `www.`; empty when it is no address."""
    address = _read(url)
    return address.host if address else ""


def site(url: str) -> str:
    """The registered name of its host, `example.co.uk` of `shop.example.co.uk`; empty when none.

    Where people register is in the Public Suffix List, https://publicsuffix.org.
    """
    name = host(url)
    if ":" in name or name.rpartition(".")[2].isdigit():  # a number of a machine has no parts
        return name
    return _public_suffixes().privatesuffix(name) or ""


def _read(url: str) -> _Address | None:
    """The parts of an address of the web; None of any other text, and where it says for whom."""
    if len(url) > _LONGEST or re.search(r"[<>\s\\]", url.strip()):
        return None
    try:
        parts = urlsplit(url.strip())
        name, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    with suppress(idna.IDNAError):  # of a host that can't be registered
        name = idna.encode(name, uts46=True).decode()  # as browsers do
    is_web = parts.scheme in {"http", "https"} and re.fullmatch(r"[a-z0-9.:_-]+", name)
    if not is_web or "@" in parts.netloc:
        return None
    return _Address(name.rstrip(".").removeprefix("www."), port, parts.path, parts.query)


@dataclass(frozen=True)
class Hit:
    """A page as a search engine shows it."""

    title: str
    url: str
    text: str


class Pages:
    """What a search returned."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self._addresses = list(addresses)

    def __bool__(self) -> bool:
        return bool(self._addresses)

    def has(self, url: str) -> bool:
        """Whether this very page was returned."""
        return page_key(url) in self._pages

    def has_site(self, url: str) -> bool:
        """Whether any page of its site was returned."""
        return site(url) in self._sites

    def vouch_for(self, url: str) -> bool:
        """Whether this page was returned; or one of its host, where it is the host's first page."""
        address = _read(url)
        is_home = address and not (address.port or address.path.strip("/") or address.query)
        return self.has(url) or (bool(is_home) and host(url) in self._hosts)

    @cached_property
    def _pages(self) -> set[str]:
        return {*map(page_key, self._addresses)} - {""}

    @cached_property
    def _hosts(self) -> set[str]:
        return {*map(host, self._addresses)} - {""}

    @cached_property
    def _sites(self) -> set[str]:
        return {*map(site, self._addresses)} - {""}


def page_key(url: str) -> str:
    """What tells one page from another: no scheme, no `www.`, no mark of who led there."""
    address = _read(url)
    if not address:
        return ""
    query = parse_qsl(address.query, keep_blank_values=True)
    asked = urlencode([(key, value) for key, value in query if not key.startswith("utm_")])
    return f"{address.host}:{address.port}{unquote(address.path).rstrip('/')}?{asked}"


@cache
def _public_suffixes() -> PublicSuffixList:
    return PublicSuffixList()
