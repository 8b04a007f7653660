"""A SearXNG of one's own, which asks the engines that its owner chose: https://docs.searxng.org."""

import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx2
from pydantic import BaseModel, ValidationError

from idearc.errors import ProviderError, SearchError
from idearc.providers.client import through_proxy, way_to
from idearc.providers.reasons import root_cause, shorten
from idearc.web import Hit

_SECONDS = 20  # its engines have their own limits, which are shorter
_MAX_BYTES = 5_000_000


class _Answer(BaseModel):
    results: list[Any]
    unresponsive_engines: list[tuple[str, str]] = []


class SearxngSearcher:
    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._server = address.netloc.rpartition("@")[2]
        # Addresses are logged, so no password is in this one.
        self._url = f"{address.scheme}://{self._server}{address.path.rstrip('/')}/search"
        name, password = unquote(address.username or ""), unquote(address.password or "")
        self._auth = (name, password) if name or password else None
        self.recipients = f"the SearXNG at {self._server}"

    def search(self, phrase: str) -> Sequence[Hit]:
        try:
            answer = _Answer.model_validate_json(self._ask(phrase))
        except ValidationError as error:
            raise self._failed("its answer can't be read", _IS_IT) from error
        if not answer.results and answer.unresponsive_engines:
            silent = ", ".join(f"{name} ({why})" for name, why in answer.unresponsive_engines)
            raise self._failed(f"none of its engines answered: {shorten(silent)}", "Try later.")
        return [
            Hit(*(_text(one.get(field)) for field in ("title", "url", "content")))
            for one in answer.results
            if isinstance(one, dict)
        ]

    def _ask(self, phrase: str) -> bytes:
        deadline = time.monotonic() + _SECONDS
        body = bytearray()
        try:
            with (
                httpx2.Client(
                    timeout=_SECONDS,
                    auth=self._auth,
                    headers={"Accept-Encoding": "identity"},  # its size is what it says
                    **way_to(self._url),
                ) as client,
                # Not in the address, which is logged here and there.
                client.stream("POST", self._url, data={"q": phrase, "format": "json"}) as response,
            ):
                if response.status_code != 200:
                    raise self._refused(response.status_code)
                for piece in response.iter_bytes():
                    body += piece
                    if len(body) > _MAX_BYTES:
                        raise self._failed("its answer has no end", _IS_IT)
                    if time.monotonic() > deadline:
                        raise self._failed(_TOO_LATE, "Look after it.")
        except ProviderError as error:  # of the way there
            raise SearchError(str(error)) from error
        except httpx2.TimeoutException as error:
            raise self._failed(_TOO_LATE, "Look after it.") from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            way = through_proxy(self._url)
            raise self._failed(f"it can't be reached{way}, {root_cause(error)}", _IS_IT) from error
        return bytes(body)

    def _refused(self, status: int) -> SearchError:
        if status == 403:
            return self._failed(
                "it answered 403, as it does where JSON is off",
                "Add the line `- json` below `formats:` in the part `search:` of its settings.yml "
                "and start it again.",
            )
        if status == 429:
            return self._failed(
                "it answered 429, too many requests",
                "Set `limiter: false` in the part `server:` of its settings.yml, or let this "
                "machine pass in its limiter.toml.",
            )
        return self._failed(f"it answered {status}", _IS_IT)

    def _failed(self, why: str, advice: str) -> SearchError:
        return SearchError(f"The SearXNG at {self._server} could not be asked: {why}. {advice}")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


_IS_IT = "Check that it runs, and IDEARC_SEARCH."
_TOO_LATE = f"it gave no whole answer within {_SECONDS} s"
