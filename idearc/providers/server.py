"""What all servers that speak OpenAI's API have in common: time limit, retries, errors."""

import asyncio
import json
import ssl
from dataclasses import replace
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import httpx2
import openai
from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from openai.types.responses import EasyInputMessageParam as Message
from pydantic import ValidationError

from idearc.errors import ProviderError
from idearc.jobs import FindingsAnswer, Job, describe
from idearc.models import Idea, clean
from idearc.providers import Answer, Provenance

_MAX_RETRIES = 4  # the SDK's: it backs off from 0.5 s to 8 s, or as Retry-After says

Schema = dict[str, object]


class ServerProvider:
    """Asks a model's server; each kind says in `reply` how its API is spoken."""

    def __init__(
        self,
        *,
        api_key: str | None,
        model: str | None,
        timeout_seconds: float,
        base_url: str = "https://api.openai.com/v1",
    ) -> None:
        self.model = model
        self._base_url = base_url
        self._api_key = api_key
        self._timeout_seconds = timeout_seconds

    async def reply(
        self, client: AsyncOpenAI, job: Job, messages: list[Message], schema: Schema
    ) -> tuple[str, Provenance]:
        """The model's text and where it comes from; raises ProviderError when it gave none."""
        raise NotImplementedError

    def ask(self, job: Job, idea: Idea) -> Answer:
        # Not asyncio.run(): on its way out it would wait for a name lookup that hangs.
        loop = asyncio.new_event_loop()
        try:
            return loop.run_until_complete(self._ask(job, idea))
        finally:
            loop.close()

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Made once: to read all root certificates takes longer than the rest of the client."""
        return httpx2.create_ssl_context()

    @property
    def server(self) -> str:
        """Host and port for messages; the whole address may hold a password."""
        address = urlsplit(self._base_url)
        return f"{address.hostname}:{address.port}" if address.port else f"{address.hostname}"

    async def _ask(self, job: Job, idea: Idea) -> Answer:
        failures: list[int] = []

        async def on_response(response: Any) -> None:
            if response.is_error:
                failures.append(response.status_code)
            if response.status_code == 429:
                # An exhausted quota looks like any other 429 to the SDK; this header stops it.
                await response.aread()
                if "insufficient_quota" in response.text:
                    response.headers["x-should-retry"] = "false"

        http_client = DefaultAsyncHttpxClient(
            verify=self._tls, event_hooks={"response": [on_response]}
        )
        try:
            # The SDK's own timeout starts anew with every byte and every retry; this one doesn't.
            async with (
                asyncio.timeout(self._timeout_seconds),
                AsyncOpenAI(
                    api_key=self._api_key or "none",
                    base_url=self._base_url,
                    max_retries=_MAX_RETRIES,
                    timeout=self._timeout_seconds,
                    http_client=http_client,
                ) as client,
            ):
                return await self._ask_until_valid(client, job, idea)
        except (TimeoutError, openai.APITimeoutError) as error:
            last = f"; its last answer was {failures[-1]}" if failures else ""
            raise ProviderError(
                f"The model's server at {self.server} gave no result within "
                f"{self._timeout_seconds:g} s{last}. Try again, choose a faster model with "
                "IDEARC_MODEL, or raise IDEARC_JOB_TIMEOUT."
            ) from error
        except openai.APIStatusError as error:
            raise ProviderError(self._explain(error)) from error
        except openai.APIConnectionError as error:
            raise ProviderError(
                f"The model's server at {self.server} can't be reached: "
                f"{self.quote(_root_cause(error))}. Check that it runs, and the network, then try "
                "again. If OPENAI_BASE_URL is wrong, "
                "correct it and start Idearc again."
            ) from error
        except openai.OpenAIError as error:
            raise self.unreadable(type(error).__name__) from error

    async def _reply(
        self, client: AsyncOpenAI, job: Job, messages: list[Message], schema: Schema
    ) -> tuple[str, Provenance]:
        try:
            return await self.reply(client, job, messages, schema)
        except (ValueError, AttributeError, TypeError) as error:
            # The SDK doesn't check what it reads: a field may be missing or of another type.
            raise self.unreadable(type(error).__name__) from error

    async def _ask_until_valid(self, client: AsyncOpenAI, job: Job, idea: Idea) -> Answer:
        """One answer, and if it breaks the schema one more, by a model that was told what."""
        schema = openai.pydantic_function_tool(job.answer)["function"]["parameters"]
        messages = [
            Message(role="system", content=job.instructions),
            Message(role="user", content=describe(idea)),
        ]
        text, first = await self._reply(client, job, messages, schema)
        try:
            return Answer(_parse(job, text).findings, first)
        except ValidationError as error:
            problem = _summary(error)
        messages += [
            Message(role="assistant", content=text),
            Message(
                role="user",
                content=f"That can't be used: {problem}. Answer again, with nothing but one JSON "
                f"object that matches this schema: {json.dumps(schema, separators=(',', ':'))}",
            ),
        ]
        text, second = await self._reply(client, job, messages, schema)
        try:
            findings = _parse(job, text).findings
        except ValidationError as error:
            raise ProviderError(
                f"The model {second.model} gave an answer of the wrong form twice "
                f"({_summary(error)}). Try again, or choose a more capable one with IDEARC_MODEL."
            ) from error
        both = replace(
            second,
            input_tokens=first.input_tokens + second.input_tokens,
            output_tokens=first.output_tokens + second.output_tokens,
            searched=[*first.searched, *second.searched],
            pages=[*first.pages, *second.pages],
        )
        return Answer(findings, both)

    def _explain(self, error: openai.APIStatusError) -> str:
        said = f"The model's server answered {error.status_code}"
        if error.status_code == 401:
            return f"{said}: the API key was refused. Check OPENAI_API_KEY, then try again."
        if "insufficient_quota" in {error.code, error.type}:
            return f"{said}: quota exceeded. Check the plan of your API key, then try again."
        if error.status_code == 429:
            return f"{said}: too many requests. Wait a minute, then try again."
        body = error.body.get("message") if isinstance(error.body, dict) else error.body
        is_text = isinstance(body, str) and not body.lstrip().startswith("<")  # no page of HTML
        words = self.quote(str(body) if is_text else error.response.reason_phrase)
        if error.status_code >= 500:
            return f"{said}: it is overloaded or broken ({words}). Try again in a minute."
        return f"{said}: {words}. Check IDEARC_MODEL, OPENAI_BASE_URL and the key, then try again."

    def refused(self, words: str) -> ProviderError:
        return ProviderError(
            f"The model refused: {self.quote(words)}. Try again, or write the idea "
            "down anew in other words."
        )

    def cut_off(self, reason: str | None) -> ProviderError:
        return ProviderError(
            f"The model stopped before its answer was whole: {self.quote(reason or '')}. Try "
            "again, or choose another model with IDEARC_MODEL."
        )

    def unreadable(self, why: str) -> ProviderError:
        return ProviderError(
            f"The server at {self.server} answered in a form that can't be read ({why}). "
            "Check that OPENAI_BASE_URL ends where the API begins, often in /v1, then try again."
        )

    def quote(self, words: str) -> str:
        """Somebody else's words: one short line, without the API key."""
        words = words.replace(self._api_key, "[API key]") if self._api_key else words
        return _shorten(words) or "it gave no reason"


def tokens(usage: object, name: str) -> int:
    """How many the server says it used; some say nothing, or null."""
    return getattr(usage, name, None) or 0


def _shorten(words: str) -> str:
    line = " ".join(clean(words).split()).rstrip(".")
    return line if len(line) <= 200 else line[:200] + "…"


def _parse(job: Job, text: str) -> FindingsAnswer:
    """The answer in the text, also out of a code fence or from between other words."""
    return job.answer.model_validate_json(text[text.find("{") : text.rfind("}") + 1])


def _summary(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"])) or "the answer"
    return _shorten(f"{place}: {first['msg']}")


def _root_cause(error: BaseException) -> str:
    while error.__cause__:
        error = error.__cause__
    # A protocol error quotes the header that it refused, the key with it.
    words = "" if "ProtocolError" in type(error).__name__ else _shorten(str(error))
    return words or type(error).__name__
