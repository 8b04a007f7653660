"""A SearXNG of one's own, which asks the engines that its owner chose: https://docs.searxng.org."""

import time
from collections.abc import Sequence
from urllib.parse import urlsplit

import httpx2
from pydantic import BaseModel, ValidationError

from idearc.errors import ProviderError, SearchError
from idearc.providers.client import through_proxy, way_to
from idearc.providers.reasons import root_cause, shorten
from idearc.web import Hit

_SECONDS = 20  # its engines have their own limits, which are shorter
_MAX_BYTES = 5_000_000


class _Result(BaseModel):
    title: str | None = None
    url: str | None = None
    content: str | None = None


class _Answer(BaseModel):
    results: list[_Result]
    unresponsive_engines: list[tuple[str, str]] = []


class SearxngSearcher:
    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._url = url
        self._server = address.netloc.rpartition("@")[2]  # without a password
        self.recipients = f"the SearXNG at {self._server}"

    def search(self, phrase: str) -> Sequence[Hit]:
        try:
            answer = _Answer.model_validate_json(self._ask(phrase))
        except ValidationError as error:
            raise self._failed("its answer can't be read", _IS_IT) from error
        if not answer.results and answer.unresponsive_engines:
            silent = ", ".join(f"{name} ({why})" for name, why in answer.unresponsive_engines)
            raise self._failed(f"none of its engines answered: {shorten(silent)}", "Try later.")
        return [Hit(one.title or "", one.url or "", one.content or "") for one in answer.results]

    def _ask(self, phrase: str) -> bytes:
        deadline = time.monotonic() + _SECONDS
        body = b""
        try:
            with (
                httpx2.Client(timeout=_SECONDS, **way_to(self._url)) as client,
                client.stream(
                    "POST",  # addresses are logged, here and there
                    f"{self._url.rstrip('/')}/search",
                    data={"q": phrase, "format": "json"},
                ) as response,
            ):
                if response.status_code != 200:
                    raise self._refused(response.status_code)
                for piece in response.iter_bytes():
                    body += piece
                    if len(body) > _MAX_BYTES or time.monotonic() > deadline:
                        raise self._failed("its answer has no end", _IS_IT)
        except ProviderError as error:  # of the way there
            raise SearchError(str(error)) from error
        except httpx2.TimeoutException as error:
            raise self._failed(
                f"it gave no answer within {_SECONDS} s", "Look after it."
            ) from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            way = through_proxy(self._url)
            raise self._failed(f"it can't be reached{way}, {root_cause(error)}", _IS_IT) from error
        return body

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


_IS_IT = "Check that it runs, and IDEARC_SEARCH."
