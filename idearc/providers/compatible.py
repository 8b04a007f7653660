"""Every server that speaks OpenAI's chat completions: Ollama, vLLM, LM Studio, llama.cpp."""

from typing import cast

from openai import AsyncOpenAI, Omit, omit
from openai.types.chat import ChatCompletion, ChatCompletionMessageParam
from openai.types.responses import EasyInputMessageParam as Message

from idearc.errors import ProviderError
from idearc.jobs import Job
from idearc.providers import Provenance
from idearc.providers.server import Schema, ServerProvider, tokens


class CompatibleProvider(ServerProvider):
    """Asks a compatible server; without a model's name, the first one that it offers."""

    max_tokens: int | Omit = omit
    temperature: float | Omit = omit
    frequency_penalty: float | Omit = omit
    presence_penalty: float | Omit = omit

    @property
    def name(self) -> str:
        """As results name the provider."""
        return f"server at {self.server}"

    async def first_look(self, client: AsyncOpenAI) -> str:
        if not self.model:
            return await self._first_model(client)
        offered = [model.id for model in (await client.models.list()).data or []]
        if not {self.model, f"{self.model}:latest"} & set(offered):  # as Ollama leaves it out
            raise ProviderError(
                f"{self.subject} offers no model {self.model!r}, but "
                f"{', '.join(offered[:5]) or 'none'}. Correct IDEARC_MODEL."
            )
        return self.model

    async def reply(
        self, client: AsyncOpenAI, job: Job, messages: list[Message], schema: Schema
    ) -> tuple[str, Provenance]:
        model = self.model or await self._first_model(client)
        completion = await client.chat.completions.create(
            model=model,
            messages=cast("list[ChatCompletionMessageParam]", messages),  # the same words here
            max_tokens=self.max_tokens,
            temperature=self.temperature,
            frequency_penalty=self.frequency_penalty,
            presence_penalty=self.presence_penalty,
            response_format={
                "type": "json_schema",
                "json_schema": {"name": job.name, "strict": True, "schema": schema},
            },
        )
        if not isinstance(completion, ChatCompletion) or not completion.choices:
            raise self.unreadable("no choices")
        choice = completion.choices[0]
        if choice.message.refusal:
            raise self.refused(choice.message.refusal)
        if choice.finish_reason in {"length", "content_filter"}:
            raise self.cut_off(choice.finish_reason)
        return choice.message.content or "", Provenance(
            provider=self.name,
            model=getattr(completion, "model", None) or model,
            input_tokens=tokens(completion.usage, "prompt_tokens"),
            output_tokens=tokens(completion.usage, "completion_tokens"),
        )

    async def _first_model(self, client: AsyncOpenAI) -> str:
        for model in (await client.models.list()).data or []:
            if "embed" not in model.id:  # those can't write
                return model.id
        raise ProviderError(
            f"{self.subject} offers no model. Load one there, or name one "
            "with IDEARC_MODEL, then try again."
        )
