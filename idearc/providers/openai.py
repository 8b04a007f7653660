"""OpenAI itself, through its Responses API."""

import re
from typing import Any

import openai
from openai.types.responses import Response, ResponseIncludable, ToolParam

from idearc.errors import ProviderError
from idearc.jobs import Job
from idearc.jobs.job import Question, Research
from idearc.providers import Provenance
from idearc.providers.messages import Message, schema_of
from idearc.providers.response import BrokenStreamError
from idearc.providers.server import ServerProvider, tokens
from idearc.providers.wording import Talk

# Efficient, with structured output and web search. Before changing it, look at
# https://developers.openai.com/api/docs/models and /api/docs/deprecations.
DEFAULT_MODEL = "gpt-6-luna"


class OpenAIProvider(ServerProvider):
    """Asks OpenAI, with its web search where a job has a question for it."""

    _streams = True  # until that is refused: not every organisation may stream every model

    def question(self, job: Job) -> Question[Any]:
        return job.web_question or job.question

    def research(self, job: Job) -> Research | None:  # noqa: ARG002 # it searches by itself
        return None

    async def first_look(self, talk: Talk) -> str:
        return (await talk.client.models.retrieve(self.model or DEFAULT_MODEL)).id

    async def reply(
        self, talk: Talk, job: Job, question: Question[Any], messages: list[Message]
    ) -> tuple[str, Provenance]:
        search: list[ToolParam] = [{"type": "web_search"}]
        sources: list[ResponseIncludable] = ["web_search_call.action.sources"]
        talk.model, talk.is_picked = self.model or DEFAULT_MODEL, not self.model
        request: dict[str, Any] = {
            "model": talk.model,
            "input": [*messages],
            "tools": search if job.web_question else [],
            "include": sources if job.web_question else [],
            "text": {
                "format": {
                    "type": "json_schema",
                    "name": job.name,
                    "strict": True,
                    "schema": schema_of(question.answer),
                }
            },
            "store": False,
        }
        response = await self._response(talk, request)
        if not isinstance(response, Response) or response.output is None:
            raise self.no_answer(talk, response, "no output")
        if response.status == "failed":
            words = self.quote(response.error.message if response.error else "")
            raise ProviderError(
                f"The model's server failed: {words}. Try again in a minute.{self.who(talk)}"
            )
        if response.status == "incomplete":
            details = response.incomplete_details
            raise self.cut_off(talk, details.reason if details else None)
        texts: list[str] = []
        searched: list[str] = []
        pages: list[str] = []
        for item in response.output:
            if item.type == "message" and item.phase != "commentary":
                for part in item.content:
                    if part.type == "refusal":
                        raise self.refused(talk, part.refusal)
                    texts.append(part.text)
            elif item.type == "web_search_call" and item.action.type == "search":
                searched += item.action.queries or filter(None, [item.action.query])
                pages += [
                    url for at in item.action.sources or [] if (url := getattr(at, "url", ""))
                ]
            elif item.type == "web_search_call" and item.action.type == "open_page":
                pages += filter(None, [item.action.url])
        return "".join(texts), Provenance(
            provider="OpenAI",
            model=response.model or talk.model,
            input_tokens=tokens(response.usage, "input_tokens"),
            output_tokens=tokens(response.usage, "output_tokens"),
            searched=searched,
            pages=pages,
        )

    async def _response(self, talk: Talk, request: dict[str, Any]) -> object:
        create = talk.client.responses.create
        if talk.hear is None or not self._streams:
            return await create(**request)
        try:
            # The SDK is not told that it is a stream, and retries it like any other answer.
            return await create(**request, extra_body={"stream": True})
        except openai.BadRequestError as error:
            if not re.search(r"\bstream", str(error), re.I):
                raise
            is_able = False
        except BrokenStreamError as error:
            is_able = error.is_cut_off
        response = await create(**request)
        self._streams = is_able
        return response
