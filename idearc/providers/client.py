"""The client for a model's server, as its address and the environment of this process allow."""

import functools
import ipaddress
import os
import re
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from idearc.errors import ProviderError
from idearc.providers.reasons import root_cause

_TRUSTED = ("SSL_CERT_FILE", "SSL_CERT_DIR")  # they name what is trusted instead of the system's


def make_client(
    base_url: str,
    api_key: str | None,
    *,
    timeout_seconds: float,
    max_retries: int,
    on_response: Callable[[httpx2.Response], Awaitable[None]],
) -> AsyncOpenAI:
    """`base_url` may have a query, as Azure's have: it goes with each request.

    Raises ProviderError where the environment names certificates or a proxy that can't be used.
    """
    address = urlsplit(base_url)
    query = dict(parse_qsl(address.query))
    headers = {"Accept-Encoding": "identity"}  # its size is what it says
    if api_key and "api-version" in query:  # how Azure knows its keys
        headers["api-key"] = api_key
    return AsyncOpenAI(
        api_key=api_key or "none",
        base_url=address._replace(query="", fragment="").geturl(),
        max_retries=max_retries,
        timeout=timeout_seconds,
        default_headers=headers,
        default_query=query,
        http_client=DefaultAsyncHttpxClient(
            **way_to(base_url), event_hooks={"response": [on_response]}
        ),
    )


def way_to(url: str) -> dict[str, Any]:
    """What a client of httpx2 needs to get there: certificates, and a proxy or none.

    This machine is never asked through a proxy, and what isn't https needs no certificates. Raises
    ProviderError, which names the variable that can't be used.
    """
    address = urlsplit(url)
    verify = _certificates(address.scheme, address.hostname)
    if is_this_machine(address.hostname):
        return {"verify": verify, "trust_env": False}
    variable, proxy = _proxy_for(url)
    if _problem(proxy, verify=verify) is None:
        return {"verify": verify}
    # One of the proxies can't be used, but it may not be the one for this address.
    way: dict[str, Any] = {"verify": verify, "trust_env": False, "proxy": proxy or None}
    if problem := _problem(proxy, **way):
        can_be_added = isinstance(problem, ImportError)
        raise ProviderError(
            f"{variable} names a proxy of the kind {urlsplit(proxy).scheme}://, which can't be "
            f"used{' without a package' if can_be_added else ''}. Name an http:// one"
            f"{', run pip install socksio' if can_be_added else ''} or take the variable away, "
            "then start Idearc again."
        ) from problem
    return way


def through_proxy(url: str) -> str:
    """Words for a reason: a server may be well, and the proxy before it not."""
    variable, proxy = ("", "") if is_this_machine(urlsplit(url).hostname) else _proxy_for(url)
    return f" through the proxy that {variable} names" if proxy else ""


def _proxy_for(url: str) -> tuple[str, str]:
    """The variable, and the address of the proxy that it names; both may be empty."""
    address, proxies = urlsplit(url), getproxies()
    kind = address.scheme if proxies.get(address.scheme) else "all"
    if not proxies.get(kind) or proxy_bypass(address.netloc.rpartition("@")[2]):
        return "", ""
    for network in proxies.get("no", "").split(","):
        with suppress(ValueError):  # of names, and entries that are none
            if ipaddress.ip_address(f"{address.hostname}") in ipaddress.ip_network(network.strip()):
                return "", ""
    variable = f"{kind}_proxy" if f"{kind}_proxy" in os.environ else f"{kind.upper()}_PROXY"
    return variable, proxies[kind] if "://" in proxies[kind] else f"http://{proxies[kind]}"


def is_this_machine(host: str | None) -> bool:
    """Whether the way to it leads through no network."""
    try:
        ip = ipaddress.ip_address(host or "")
    except ValueError:
        return re.fullmatch(r"(.+\.)?localhost\.?", host or "") is not None
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return ip.is_loopback or ip.is_unspecified


def _problem(address: str, /, **way: Any) -> Exception | None:
    try:
        _ = urlsplit(address).port  # which nobody else looks at before it is too late
        httpx2.Client(**way).close()
    except (ValueError, ImportError, httpx2.InvalidURL) as error:
        return error
    return None


def _certificates(scheme: str, host: str | None) -> ssl.SSLContext:
    named = [(name, os.environ[name]) for name in _TRUSTED if os.environ.get(name)]
    try:
        return _trusting(*named[:1])  # the first one counts
    except OSError as error:
        if scheme == "http":
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody
        where = f"{named[0][0]}={named[0][1]!r}" if named else "The system's certificates"
        raise ProviderError(
            f"{where} can't be read, which https://{host} needs: {root_cause(error)}. Correct "
            "it or take it away, then start Idearc again."
        ) from error


@functools.cache
def _trusting(named: tuple[str, str] = ("", "")) -> ssl.SSLContext:
    """Made once: to read all root certificates takes longer than the rest of a client."""
    if named[0] == "SSL_CERT_DIR":
        next(Path(named[1]).iterdir(), None)  # else one that is missing would be an empty one
    return httpx2.create_ssl_context()
