"""What all servers that speak OpenAI's API have in common: time limit, retries, errors."""

import asyncio
import functools
import json
import ssl
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx2
import openai
from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from openai.types.responses import EasyInputMessageParam as Message
from pydantic import ValidationError

from idearc.errors import ProviderError
from idearc.jobs import Job
from idearc.jobs.job import JobAnswer, Question, describe, material
from idearc.models import Idea
from idearc.providers import Answer, Note, Provenance
from idearc.providers.reasons import (
    explain,
    is_permanent,
    retry_after,
    root_cause,
    shorten,
    summary,
)
from idearc.providers.response import MAX_MEGABYTES, Limited, TooLong

Schema = dict[str, object]
T = TypeVar("T")


class ServerProvider:
    """Asks a model's server; each kind says in `reply` how its API is spoken."""

    trust_env = True  # for proxies, and certificates of one's own
    if_slow = "Try again, choose a faster model with IDEARC_MODEL, or raise IDEARC_JOB_TIMEOUT."
    if_gone = (
        "Check that it runs, and the network, then try again. If OPENAI_BASE_URL is wrong, "
        "correct it and start Idearc again."
    )
    if_refused = "Check IDEARC_MODEL, OPENAI_BASE_URL and the key, then try again."
    if_unreadable = (
        "Check that OPENAI_BASE_URL ends where the API begins, often in /v1, then try again."
    )
    another_model = "choose another model with IDEARC_MODEL"

    def __init__(
        self,
        *,
        api_key: str | None,
        model: str | None,
        timeout_seconds: float,
        base_url: str = "https://api.openai.com/v1",
        max_retries: int = 4,
    ) -> None:
        """`max_retries` are the SDK's: it backs off from 0.5 s to 8 s, or as Retry-After says."""
        self.model = model
        self._base_url = base_url
        self._api_key = api_key
        self._timeout_seconds = timeout_seconds
        self._max_retries = max_retries

    async def reply(
        self, client: AsyncOpenAI, job: Job, messages: list[Message], schema: Schema
    ) -> tuple[str, Provenance]:
        """The model's text and where it comes from; raises ProviderError when it gave none."""
        raise NotImplementedError

    def question(self, job: Job) -> Question:
        """How this kind of model is asked."""
        return job.question

    async def first_look(self, client: AsyncOpenAI) -> str:
        """The model that would answer; raises ProviderError, or what the SDK does."""
        raise NotImplementedError

    def ask(self, job: Job, idea: Idea, note: Note) -> Answer:  # noqa: ARG002 # it has no news
        return self._call(lambda client: self._ask_until_valid(client, job, idea))

    def check(self) -> str:
        return f"{self._call(self._first_look)} at {self.server}"

    def _call(self, work: Callable[[AsyncOpenAI], Awaitable[T]]) -> T:
        # Not asyncio.run(): on its way out it would wait for a name lookup that hangs.
        loop = asyncio.new_event_loop()
        try:
            return loop.run_until_complete(self._call_in_time(work))
        finally:
            loop.close()

    @functools.cached_property
    def _tls(self) -> ssl.SSLContext:
        """Made once: to read all root certificates takes longer than the rest of the client."""
        return httpx2.create_ssl_context()

    @property
    def subject(self) -> str:
        """Who answers, as messages name it."""
        return f"The model's server at {self.server}"

    @property
    def server(self) -> str:
        """Host and port for messages; the whole address may hold a password."""
        address = urlsplit(self._base_url)
        return f"{address.hostname}:{address.port}" if address.port else f"{address.hostname}"

    async def _call_in_time(self, work: Callable[[AsyncOpenAI], Awaitable[T]]) -> T:
        failures: list[int] = []

        async def on_response(response: Any) -> None:
            response.stream = Limited(response.stream)
            response.headers.pop("Content-Encoding", None)  # nobody asked for it to be packed
            if response.is_error:
                failures.append(response.status_code)
            if response.status_code == 429:
                # An exhausted quota looks like any other 429 to the SDK; this header stops it.
                await response.aread()
                if "insufficient_quota" in response.text:
                    response.headers["x-should-retry"] = "false"

        http_client = DefaultAsyncHttpxClient(
            verify=self._tls, trust_env=self.trust_env, event_hooks={"response": [on_response]}
        )
        try:
            # The SDK's own timeout starts anew with every byte and every retry; this one doesn't.
            async with (
                asyncio.timeout(self._timeout_seconds),
                AsyncOpenAI(
                    api_key=self._api_key or "none",
                    base_url=self._base_url,
                    max_retries=self._max_retries,
                    timeout=self._timeout_seconds,
                    default_headers={"Accept-Encoding": "identity"},  # its size is what it says
                    http_client=http_client,
                ) as client,
            ):
                return await work(client)
        except (TimeoutError, openai.APITimeoutError) as error:
            last = f"; its last answer was {failures[-1]}" if failures else ""
            raise ProviderError(
                f"{self.subject} gave no result within {self._timeout_seconds:g} s{last}. "
                f"{self.if_slow}"
            ) from error
        except openai.APIStatusError as error:
            raise ProviderError(
                explain(error, self.quote, self.if_refused),
                is_permanent=is_permanent(error),
                retry_after=retry_after(error),
            ) from error
        except openai.APIConnectionError as error:
            raise ProviderError(
                f"{self.subject} can't be reached: {self.quote(root_cause(error))}. {self.if_gone}"
            ) from error
        except TooLong as error:
            raise self.unreadable(f"more than {MAX_MEGABYTES} MB") from error
        except openai.OpenAIError as error:
            raise self.unreadable(type(error).__name__) from error

    async def _reply(
        self, client: AsyncOpenAI, job: Job, messages: list[Message], schema: Schema
    ) -> tuple[str, Provenance]:
        with self._readable():
            return await self.reply(client, job, messages, schema)

    async def _first_look(self, client: AsyncOpenAI) -> str:
        with self._readable():
            return await self.first_look(client)

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """The SDK doesn't check what it reads: a field may be missing or of another type."""
        try:
            yield
        except (ValueError, AttributeError, TypeError) as error:
            why = "no JSON" if isinstance(error, ValueError) else "a part of it is missing"
            raise self.unreadable(why) from error

    async def _ask_until_valid(self, client: AsyncOpenAI, job: Job, idea: Idea) -> Answer:
        """One answer, and if it breaks the schema one more, by a model that was told what."""
        question = self.question(job)
        schema = _schema(question.answer)
        messages = [Message(role="system", content=question.instructions)]
        for text, good in question.examples:
            messages.append(Message(role="user", content=material(text)))
            messages.append(Message(role="assistant", content=good.model_dump_json()))
        messages.append(Message(role="user", content=describe(idea, question)))
        text, first = await self._reply(client, job, messages, schema)
        try:
            return Answer(_parse(question, text).findings(), first)
        except ValidationError as error:
            problem = summary(error)
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
            findings = _parse(question, text).findings()
        except ValidationError as error:
            raise ProviderError(
                f"The model {second.model} gave an answer of the wrong form twice "
                f"({summary(error)}). Try again, or {self.another_model}."
            ) from error
        both = replace(
            second,
            input_tokens=first.input_tokens + second.input_tokens,
            output_tokens=first.output_tokens + second.output_tokens,
            searched=[*first.searched, *second.searched],
            pages=[*first.pages, *second.pages],
        )
        return Answer(findings, both)

    def refused(self, words: str) -> ProviderError:
        return ProviderError(
            f"The model refused: {self.quote(words)}. Try again, or write the idea "
            "down anew in other words.",
            is_permanent=True,
        )

    def cut_off(self, reason: str | None) -> ProviderError:
        return ProviderError(
            f"The model stopped before its answer was whole: {self.quote(reason or '')}. Try "
            f"again, or {self.another_model}."
        )

    def unreadable(self, why: str) -> ProviderError:
        return ProviderError(
            f"{self.subject} answered in a form that can't be read ({why}). {self.if_unreadable}"
        )

    def quote(self, words: str) -> str:
        """Somebody else's words: one short line, without the API key."""
        words = words.replace(self._api_key, "[API key]") if self._api_key else words
        return shorten(words) or "it gave no reason"


def tokens(usage: object, name: str) -> int:
    """How many the server says it used; some say nothing, or null."""
    return getattr(usage, name, None) or 0


@functools.cache
def _schema(answer: type[JobAnswer]) -> Schema:
    return openai.pydantic_function_tool(answer)["function"]["parameters"]


def _parse(question: Question, text: str) -> JobAnswer:
    """The answer in the text, also out of a code fence or from between other words."""
    return question.answer.model_validate_json(text[text.find("{") : text.rfind("}") + 1])
