"""What all servers that speak OpenAI's API have in common: time limit, retries, errors."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import urlsplit

import httpx2
import openai
from openai import AsyncOpenAI

from idearc.errors import ProviderError
from idearc.jobs import Job
from idearc.jobs.job import Question
from idearc.models import Idea
from idearc.providers import Answer, Note, Provenance
from idearc.providers.client import make_client, through_proxy
from idearc.providers.messages import Message, Schema, follow_up, opening, schema_of
from idearc.providers.reading import UnreadableError, read
from idearc.providers.reasons import Refusal, explain, refusal_of, root_cause, shorten, words_of
from idearc.providers.response import UnreadableBodyError, receive

T = TypeVar("T")


@dataclass
class Talk:
    """One run's conversation with a server."""

    client: AsyncOpenAI
    model: str = ""  # that was asked last
    is_picked: bool = False  # by Idearc, not by the settings

    @property
    def who(self) -> str:
        """The sentence that says which model a reason is about."""
        if not self.model:
            return ""
        picked = ", which Idearc picked as IDEARC_MODEL is not set" if self.is_picked else ""
        return f" The model asked was {self.model}{picked}."


class ServerProvider:
    """Asks a model's server; each kind says in `reply` how its API is spoken."""

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
        self, talk: Talk, job: Job, messages: list[Message], schema: Schema
    ) -> tuple[str, Provenance]:
        """The model's text and where it comes from; raises ProviderError when it gave none."""
        raise NotImplementedError

    def question(self, job: Job) -> Question:
        """How this kind of model is asked."""
        return job.question

    def is_final(self, refusal: Refusal) -> bool:
        """Whether it is no use to send the same request again."""
        return refusal.is_final

    async def first_look(self, talk: Talk) -> str:
        """The model that would answer; raises ProviderError, or what the SDK does."""
        raise NotImplementedError

    def ask(self, job: Job, idea: Idea, note: Note) -> Answer:  # noqa: ARG002 # it has no news
        return self._call(lambda talk: self._ask_until_valid(talk, job, idea))

    def check(self) -> str:
        return f"{self._call(self._first_look)} at {self.server}"

    def _call(self, work: Callable[[Talk], Awaitable[T]]) -> T:
        # Not asyncio.run(): on its way out it would wait for a name lookup that hangs.
        loop = asyncio.new_event_loop()
        try:
            return loop.run_until_complete(self._call_in_time(work))
        finally:
            loop.close()

    @property
    def subject(self) -> str:
        """Who answers, as messages name it."""
        return f"The model's server at {self.server}"

    @property
    def server(self) -> str:
        """Host and port for messages; the whole address may hold a password."""
        address = urlsplit(self._base_url)
        return f"{address.hostname}:{address.port}" if address.port else f"{address.hostname}"

    async def _call_in_time(self, work: Callable[[Talk], Awaitable[T]]) -> T:
        failures: list[int] = []

        async def on_response(response: httpx2.Response) -> None:
            await receive(response)
            if response.is_error:
                failures.append(response.status_code)
                if self.is_final(refusal_of(response)):
                    response.headers["x-should-retry"] = "false"  # for the SDK

        client = make_client(
            self._base_url,
            self._api_key,
            timeout_seconds=self._timeout_seconds,
            max_retries=self._max_retries,
            on_response=on_response,
        )
        talk = Talk(client)
        try:
            # The SDK's own timeout starts anew with every byte and every retry; this one doesn't.
            async with asyncio.timeout(self._timeout_seconds), client:
                return await work(talk)
        except (TimeoutError, openai.APITimeoutError) as error:
            last = f"; its last answer was {failures[-1]}" if failures else ""
            raise ProviderError(
                f"{self.subject} gave no result within {self._timeout_seconds:g} s{last}. "
                f"{self.if_slow}{talk.who}"
            ) from error
        except openai.APIStatusError as error:
            refusal = refusal_of(error.response)
            raise ProviderError(
                explain(refusal, self.quote, self.if_refused) + talk.who,
                is_permanent=refusal.is_final,
                retry_after=refusal.retry_after,
            ) from error
        except openai.APIConnectionError as error:
            raise ProviderError(
                f"{self.subject} can't be reached{through_proxy(self._base_url)}: "
                f"{self.quote(root_cause(error))}. {self.if_gone}"
            ) from error
        except UnreadableBodyError as error:
            raise self.unreadable(str(error)) from error
        except openai.OpenAIError as error:
            raise self.unreadable(type(error).__name__) from error

    async def _reply(
        self, talk: Talk, job: Job, messages: list[Message], schema: Schema
    ) -> tuple[str, Provenance]:
        with self._readable():
            return await self.reply(talk, job, messages, schema)

    async def _first_look(self, talk: Talk) -> str:
        with self._readable():
            return await self.first_look(talk)

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """The SDK doesn't check what it reads: a field may be missing or of another type."""
        try:
            yield
        except (ValueError, AttributeError, TypeError) as error:
            why = "no JSON" if isinstance(error, ValueError) else "a part of it is missing"
            raise self.unreadable(why) from error

    async def _ask_until_valid(self, talk: Talk, job: Job, idea: Idea) -> Answer:
        """One answer, and if it breaks the schema one more, by a model that was told what."""
        question = self.question(job)
        schema = schema_of(question.answer)
        messages = opening(question, idea)
        text, origin = await self._reply(talk, job, messages, schema)
        try:
            return Answer(read(question.answer, text).findings(), origin)
        except UnreadableError as error:
            messages = follow_up(messages, text, str(error), schema)
        text, second = await self._reply(talk, job, messages, schema)
        try:
            findings = read(question.answer, text).findings()
        except UnreadableError as error:
            raise ProviderError(
                f"The model gave an answer of the wrong form twice ({error}). Try again, or "
                f"{self.another_model}.{talk.who}"
            ) from error
        both = replace(
            second,
            input_tokens=origin.input_tokens + second.input_tokens,
            output_tokens=origin.output_tokens + second.output_tokens,
            searched=[*origin.searched, *second.searched],
            pages=[*origin.pages, *second.pages],
        )
        return Answer(findings, both)

    def refused(self, talk: Talk, words: str) -> ProviderError:
        return ProviderError(
            f"The model refused: {self.quote(words)}. Try again, or write the idea "
            f"down anew in other words.{talk.who}",
            is_permanent=True,
        )

    def cut_off(self, talk: Talk, reason: str | None) -> ProviderError:
        return ProviderError(
            f"The model stopped before its answer was whole: {self.quote(reason or '')}. Try "
            f"again, or {self.another_model}.{talk.who}"
        )

    def no_answer(self, talk: Talk, body: object, missing: str) -> ProviderError:
        """For what has the status of an answer, but isn't one."""
        said = body.to_dict(warnings=False) if isinstance(body, openai.BaseModel) else body
        words = words_of(said)
        if not words:
            return self.unreadable(missing)
        about_path = re.search(r"endpoint|route|method|\bpath\b|\burl\b|not found", words, re.I)
        advice = self.if_unreadable if about_path else f"{self.if_refused}{talk.who}"
        return ProviderError(f"{self.subject} answered: {self.quote(words)}. {advice}")

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
