"""Every server that speaks OpenAI's chat completions: Ollama, vLLM, LM Studio, llama.cpp."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urlsplit

import openai
from openai.types.chat import ChatCompletion

from idearc.errors import ProviderError
from idearc.jobs import Job
from idearc.providers import Provenance
from idearc.providers.messages import Message, Schema
from idearc.providers.offers import can_chat, offered
from idearc.providers.plainer import ENOUGH_TOKENS, Form, Options, cant_chat, wrote_bad_json
from idearc.providers.reading import text_of
from idearc.providers.reasons import Refusal, refusal_of, words_of
from idearc.providers.server import ServerProvider, Talk, tokens

_MOST_PICKED = 3  # models that are tried where the settings name none


class CompatibleProvider(ServerProvider):
    """Asks a compatible server; without a model's name, the first one there that can chat.

    The form of request that a model takes is remembered, so that only the first job may have to
    ask more than once.
    """

    options: Options = {}  # noqa: RUF012 # nobody changes it

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._forms: dict[str, Form] = {}  # by model
        self._mute: set[str] = set()  # models that were picked and can't chat
        *_, before, last = ["", *urlsplit(self._base_url).path.split("/")]
        if before == "deployments":  # Azure's address of a model
            self.model = self.model or unquote(last)

    @property
    def name(self) -> str:
        """As results name the provider."""
        return f"server at {self.server}"

    def is_final(self, refusal: Refusal) -> bool:
        return refusal.is_final or Form().plainer(refusal, self.options) is not None

    async def first_look(self, talk: Talk) -> str:
        if not self.model:
            return (await self._picked(talk))[0]
        listed: Sequence[str] = ()
        with suppress(openai.NotFoundError):
            listed = offered(await self._list(talk))
        if {self.model, f"{self.model}:latest"} & set(listed):  # as Ollama leaves it out
            return self.model
        # Some servers list a few of their models, or none.
        try:
            await talk.client.with_options(max_retries=0).chat.completions.create(
                model=self.model, messages=[{"role": "user", "content": "Say yes."}]
            )
        except (openai.BadRequestError, openai.NotFoundError, openai.APIConnectionError) as error:
            raise ProviderError(
                f"{self.subject} offers no model {self.model!r}, but "
                f"{', '.join(listed[:5]) or 'none'}. Correct IDEARC_MODEL."
            ) from error
        return f"{self.model} (not listed there)"

    async def reply(
        self, talk: Talk, job: Job, messages: list[Message], schema: Schema
    ) -> tuple[str, Provenance]:
        talk.is_picked = not self.model
        models = [self.model] if self.model else await self._picked(talk)
        while True:
            talk.model = models.pop(0)
            try:
                return await self._reply_of_model(talk, job, messages, schema)
            except openai.APIStatusError as error:
                if not (talk.is_picked and cant_chat(refusal_of(error.response))):
                    raise
                self._mute.add(talk.model)
                if not models:
                    raise

    async def _reply_of_model(
        self, talk: Talk, job: Job, messages: list[Message], schema: Schema
    ) -> tuple[str, Provenance]:
        form = self._forms.get(talk.model, Form())
        was_cut = False
        while True:
            sent = form.request(job.name, messages, schema, self.options)
            try:
                completion = await talk.client.chat.completions.create(model=talk.model, **sent)
            except openai.APIStatusError as error:
                refusal = refusal_of(error.response)
                if wrote_bad_json(refusal):
                    body = error.body if isinstance(error.body, dict) else {}
                    return text_of(body.get("failed_generation")), self._origin(talk, None)
                plainer = form.plainer(refusal, self.options)
                if plainer is None and was_cut:
                    raise self.cut_off(talk, "length") from error
                if plainer is None:
                    raise
                form = plainer
                continue
            if not isinstance(completion, ChatCompletion) or not completion.choices:
                raise self.no_answer(talk, completion, "no choices")
            choice = completion.choices[0]
            if choice.finish_reason != "length":
                break
            was_cut = True
            written = tokens(completion.usage, "completion_tokens")
            longer = form.longer() if "max_tokens" not in self.options else None
            if longer is None or written >= ENOUGH_TOKENS:
                raise self.cut_off(talk, "length")
            form = longer
        if choice.message.refusal:
            raise self.refused(talk, choice.message.refusal)
        if choice.finish_reason == "content_filter":
            raise self.cut_off(talk, choice.finish_reason)
        self._forms[talk.model] = form
        said = choice.message.to_dict(warnings=False)
        texts = (text_of(said.get(name)) for name in ("content", "reasoning_content", "reasoning"))
        return next(filter(str.strip, texts), ""), self._origin(talk, completion)

    def _origin(self, talk: Talk, completion: ChatCompletion | None) -> Provenance:
        usage = getattr(completion, "usage", None)
        return Provenance(
            provider=self.name,
            model=getattr(completion, "model", None) or talk.model,
            input_tokens=tokens(usage, "prompt_tokens"),
            output_tokens=tokens(usage, "completion_tokens"),
        )

    async def _picked(self, talk: Talk) -> list[str]:
        """The models to try, at least one."""
        try:
            body = await self._list(talk)
        except openai.NotFoundError as error:
            raise ProviderError(
                f"{self.subject} has no list of models to choose from. Name one with IDEARC_MODEL. "
                "Or, if its API begins elsewhere, often in /v1, correct OPENAI_BASE_URL."
            ) from error
        models = [name for name in can_chat(body) if name not in self._mute]
        if not models:
            others = ", ".join(offered(body)[:5])
            but = f" that can chat, but {others}" if others else ""
            raise ProviderError(
                f"{self.subject} offers no model{but}. Load one there, or name one "
                "with IDEARC_MODEL, then try again."
            )
        return models[:_MOST_PICKED]

    async def _list(self, talk: Talk) -> object:
        answer = await talk.client.models.with_raw_response.list()
        body = answer.http_response.json()
        if not offered(body) and words_of(body):
            raise self.no_answer(talk, body, "no list of models")
        return body
