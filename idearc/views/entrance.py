"""Who is let in, and as whom: by the way the server is set up.

With [auth] in Streamlit's secrets, everybody logs in; else with IDEARC_ALLOW_ANONYMOUS, everybody
comes in; else, those who sit at this machine.
"""

import functools
import ipaddress
import logging
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

import streamlit as st
from streamlit.errors import StreamlitAuthError, StreamlitSecretNotFoundError

from idearc.errors import IdearcError
from idearc.markdown import plain
from idearc.visitor import ALONE, Visitor

log = logging.getLogger(__name__)

_OF_PROXIES = ("Forwarded", "Via", "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Host")


def this_visitor(allows_anonymous: Callable[[], bool]) -> Visitor:
    """Shows the log-in, and ends the run, where it is needed.

    Raises IdearcError where nobody can be let in.
    """
    if _has_log_in():
        return _logged_in()
    if allows_anonymous():
        network = _network(st.context.ip_address or "127.0.0.1")
        return Visitor(owner="", has_list=False, counted_as=network)
    listens_on = st.get_option("server.address") or "all addresses"
    if not _is_this_machine(listens_on):
        raise _refused(f"It listens on {listens_on}, where others may reach it")
    if not _comes_from_here():
        raise _refused("You come from elsewhere")
    return ALONE


def _comes_from_here() -> bool:
    """Not by a proxy, nor by a name that leads here (https://en.wikipedia.org/wiki/DNS_rebinding).

    By what is sent along: a proxy that says nothing of itself is not noticed.
    """
    headers = st.context.headers
    if not headers:  # no browser: a test
        return True
    try:
        asked_for = urlsplit(f"//{headers.get('Host', '')}").hostname
    except ValueError:
        return False
    is_proxied = any(name in headers for name in _OF_PROXIES)
    return bool(asked_for) and _is_this_machine(str(asked_for)) and not is_proxied


def log_out_button() -> None:
    """For who is logged in: as whom, and the way out."""
    name = st.user.get("name") or st.user.get("email") or st.user.get("sub")
    st.button(
        "Log out",
        on_click=st.logout,
        help=plain(f"You are {name}"),
        icon=":material/logout:",
        type="tertiary",
    )


def _has_log_in() -> bool:
    """Raises IdearcError where that can't be known: what can't be read lets nobody in."""
    try:
        return "auth" in st.secrets
    except StreamlitSecretNotFoundError as error:
        if error.error_id == "no-secrets-found":
            return False
        raise IdearcError(
            "The secrets of this server can't be read, so nobody is let in. Correct "
            ".streamlit/secrets.toml, then start Idearc again."
        ) from error


def _logged_in() -> Visitor:
    if not st.user.get("is_logged_in"):
        st.title("Log in", anchor=False)
        st.markdown(
            "Your ideas are yours alone: log in to see them. If a link has brought you here, open "
            "it again after that."
        )
        _log_in_button()
        st.stop()
    issuer, subject = st.user.get("iss"), st.user.get("sub")
    if not (issuer and subject):
        log_out_button()
        raise IdearcError(
            "The log-in does not say who you are: it has no `iss` and `sub`, which every provider "
            "of OpenID Connect gives. Tell who runs this Idearc."
        )
    # Together they name one person (https://openid.net/specs/openid-connect-core-1_0.html#IDToken).
    owner = f"{issuer} {subject}"
    return Visitor(owner=owner, has_list=True, counted_as=owner)


def _log_in_button() -> None:
    if st.button("Log in", type="primary", icon=":material/login:"):
        try:
            st.login()
        except StreamlitAuthError as error:
            words = " ".join(str(error).split())
            raise IdearcError(f"Log-in is not set up: {words}") from error


def _refused(why: str) -> IdearcError:
    reason = (
        f"{why}, and no log-in is set up: so nobody is let in. Either set up log-in ([auth] in "
        ".streamlit/secrets.toml), or set IDEARC_ALLOW_ANONYMOUS=1: then everybody comes in, and "
        "sees only ideas whose link they hold. Then start Idearc again. OPERATING.md says how."
    )
    _log_once()
    return IdearcError(reason)


@functools.cache
def _log_once() -> None:
    log.error("Somebody was not let in, as no log-in is set up: OPERATING.md says how to")


def _is_this_machine(address: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(address).is_loopback
    return address == "localhost"


def _network(address: str) -> str:
    """One visitor has many addresses of IPv6, which begin alike."""
    with suppress(ValueError):
        ip = ipaddress.ip_address(address)
        ip = getattr(ip, "ipv4_mapped", None) or ip  # where one socket listens for both
        return str(ipaddress.ip_network((ip, 64 if ip.version == 6 else 32), strict=False))
    return address
