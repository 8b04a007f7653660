"""What all servers that speak OpenAI's API have in common: time limit, retries, errors."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import httpx2
import openai

from idearc.errors import ProviderError, SearchError
from idearc.jobs import Job
from idearc.jobs.job import Judgement, Question, Research, describe
from idearc.models import Idea
from idearc.preview import Note
from idearc.providers import Answer, Provenance, Search
from idearc.providers.client import make_client, through_proxy
from idearc.providers.conversation import ServerConversation
from idearc.providers.messages import Message
from idearc.providers.reasons import root_cause
from idearc.providers.refusal import Refusal, refusal_of
from idearc.providers.response import UnreadableBodyError, receive
from idearc.providers.wording import Talk, Wording

T = TypeVar("T")
_PATIENCE = 20  # seconds that somebody waits at a terminal


class ServerProvider(Wording):
    """Asks a model's server; each kind says in `reply` how its API is spoken."""

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
        # Some give an address of the API's own to copy.
        base_url = re.sub(r"/(chat/completions|responses)/?(?=\?|$)", "", base_url)
        super().__init__(base_url, api_key)
        self.timeout_seconds = timeout_seconds
        self._max_retries = max_retries

    async def reply(
        self, talk: Talk, job: Job, question: Question[Any], messages: list[Message]
    ) -> tuple[str, Provenance]:
        """The model's text and where it comes from; raises ProviderError when it gave none."""
        raise NotImplementedError

    async def likelihood(
        self, talk: Talk, judgement: Judgement, material: str
    ) -> tuple[float, Provenance]:
        """Only for kinds whose research judges."""
        raise NotImplementedError

    def question(self, job: Job) -> Question[Any]:
        """How this kind of model is asked."""
        return job.question

    def research(self, job: Job) -> Research | None:
        """How this kind of model researches with a search that is not its own."""
        return job.research

    def is_final(self, refusal: Refusal) -> bool:
        """Whether it is no use to send the same request again."""
        return refusal.is_final

    async def first_look(self, talk: Talk) -> str:
        """The model that would answer; raises ProviderError, or what the SDK does."""
        raise NotImplementedError

    def ask(self, job: Job, idea: Idea, note: Note, search: Search | None = None) -> Answer:
        work = partial(self._work, job=job, idea=idea, note=note, search=search)
        return self._call(work, self.timeout_seconds)

    def warm_up(self, jobs: Iterable[Job]) -> None:
        """A server that somebody runs is left alone until it is needed."""

    def check(self) -> str:
        seconds = min(_PATIENCE, self.timeout_seconds)
        return f"{self._call(self._first_look, seconds)} at {self.server}"

    def _call(self, work: Callable[[Talk], Awaitable[T]], seconds: float) -> T:
        # Not asyncio.run(): on its way out it would wait for a name lookup that hangs.
        loop = asyncio.new_event_loop()
        try:
            return loop.run_until_complete(self._call_in_time(work, seconds))
        finally:
            loop.close()

    async def _call_in_time(self, work: Callable[[Talk], Awaitable[T]], seconds: float) -> T:
        failures: list[int] = []

        async def on_response(response: httpx2.Response) -> None:
            await receive(response, lambda text, doing: talk.hear and talk.hear(text, doing))
            if response.is_error:
                failures.append(response.status_code)
                if self.is_final(refusal_of(response)):
                    response.headers["x-should-retry"] = "false"  # for the SDK

        client = make_client(
            self._base_url,
            self._api_key,
            timeout_seconds=seconds,
            max_retries=self._max_retries,
            on_response=on_response,
        )
        talk = Talk(client)
        try:
            # The SDK's own timeout starts anew with every byte and every retry; this one doesn't.
            async with asyncio.timeout(seconds), client:
                return await work(talk)
        except (TimeoutError, openai.APITimeoutError) as error:
            last = f"; its last answer was {failures[-1]}" if failures else ""
            raise ProviderError(
                f"{self.subject} gave no result within {seconds:g} s{last}. "
                f"{self.if_slow}{self.who(talk)}"
            ) from error
        except openai.APIStatusError as error:
            refusal = refusal_of(error.response)
            raise ProviderError(
                self.explain(refusal) + self.who(talk),
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

    async def _first_look(self, talk: Talk) -> str:
        with self.readable():
            return await self.first_look(talk)

    @contextmanager
    def readable(self) -> Iterator[None]:
        """The SDK doesn't check what it reads: a field may be missing or of another type."""
        try:
            yield
        except (ValueError, AttributeError, TypeError, LookupError, RecursionError) as error:
            why = "no JSON" if isinstance(error, ValueError) else "a part of it is missing"
            raise self.unreadable(why) from error

    async def _work(
        self, talk: Talk, job: Job, idea: Idea, note: Note, search: Search | None
    ) -> Answer:
        conversation = ServerConversation(self, talk, job, note, search)
        failure = ""
        if search and (research := self.research(job)):
            try:
                found = await research(idea, conversation)
                return Answer(found, conversation.origin())
            except SearchError as error:
                failure = str(error)
                note("")
        question = self.question(job)
        answer = await conversation.ask(question, describe(idea, question))
        return Answer(answer.findings(), replace(conversation.origin(), search_failure=failure))


def tokens(usage: object, name: str) -> int:
    """How many the server says it used; some say nothing, or null."""
    return getattr(usage, name, None) or 0
