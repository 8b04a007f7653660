"""Every server that speaks OpenAI's chat completions: Ollama, vLLM, LM Studio, llama.cpp."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urlsplit

import openai
from openai.types.chat import ChatCompletion
from openai.types.chat.chat_completion import Choice

from idearc.errors import ProviderError
from idearc.jobs import Job
from idearc.jobs.job import Question
from idearc.providers import Provenance
from idearc.providers.messages import Message, schema_of
from idearc.providers.offers import can_chat, offered
from idearc.providers.plainer import (
    STREAMING,
    Form,
    Options,
    cant_chat,
    is_about_system,
    wrote_bad_json,
)
from idearc.providers.reading import text_of
from idearc.providers.refusal import Refusal, refusal_of, words_of
from idearc.providers.response import BrokenStreamError
from idearc.providers.server import ServerProvider, tokens
from idearc.providers.wording import Talk

_CUT_OFF = {"length", "model_length", "max_tokens"}  # how servers call the end at a limit
_MOST_PICKED = 3  # models that are tried where the settings name none


class _CutOffError(Exception):
    """The answer has come to a limit; how the server calls that, and how many tokens it has."""

    def __init__(self, reason: str, tokens: int) -> None:
        super().__init__(reason)
        self.tokens = tokens


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
        self._cut_off_once: set[str] = set()  # models, in the middle of a stream
        *_, before, last = ["", *urlsplit(self._base_url).path.rstrip("/").split("/")]
        if before == "deployments":  # Azure's address of a model
            self.model = self.model or unquote(last)

    @property
    def name(self) -> str:
        """As results name the provider."""
        return f"server at {self.server}"

    def is_final(self, refusal: Refusal) -> bool:
        return refusal.is_final or is_about_system(refusal)

    async def first_look(self, talk: Talk) -> str:
        if not self.model:
            return (await self._picked(talk))[0]
        listed: Sequence[str] = ()
        with suppress(openai.APIStatusError, ProviderError):
            listed = offered(await self._list(talk))
        if {self.model, f"{self.model}:latest"} & set(listed):  # as Ollama leaves it out
            return self.model
        # Some servers list a few of their models, or none.
        talk.model = self.model
        once = talk.client.with_options(max_retries=0)
        try:
            said = await once.chat.completions.create(
                model=self.model, messages=[{"role": "user", "content": "Say yes."}]
            )
        except (openai.BadRequestError, openai.NotFoundError) as error:
            if not listed:
                raise
            words = refusal_of(error.response).words
            raise ProviderError(
                f"{self.subject} offers no model {self.model!r}, but {self._few(listed)}. "
                f"Asked for it all the same, it said: {self.quote(words)}. Correct IDEARC_MODEL."
            ) from error
        self.choice(talk, said)
        return f"{self.model} (not listed there)"

    async def reply(
        self, talk: Talk, job: Job, question: Question[Any], messages: list[Message]
    ) -> tuple[str, Provenance]:
        talk.is_picked = not self.model
        models = [self.model] if self.model else await self._picked(talk)
        while True:
            talk.model = models.pop(0)
            try:
                return await self._reply_of_model(talk, job, question, messages)
            except openai.APIStatusError as error:
                if not (talk.is_picked and cant_chat(refusal_of(error.response))):
                    raise
                self._mute.add(talk.model)
                if not models:
                    raise

    async def _reply_of_model(
        self, talk: Talk, job: Job, question: Question[Any], messages: list[Message]
    ) -> tuple[str, Provenance]:
        name, schema = question.name or job.name, schema_of(question.answer)
        form = self._forms.get(talk.model, Form())
        lasting = None  # the form for next time, where it is not the last one of now
        options = {**self.options, **(STREAMING if talk.hear else {})}
        while True:
            sent = form.request(name, messages, schema, options)
            try:
                text, origin = await self._answer(talk, sent)
                break
            except openai.APIStatusError as error:
                refusal = refusal_of(error.response)
                if wrote_bad_json(refusal):
                    body = error.body if isinstance(error.body, dict) else {}
                    text = text_of(body.get("failed_generation"))
                    origin = self.provenance(talk, None)
                    break
                next_form = form.plainer(refusal, options)
                if next_form is None:
                    raise
            except _CutOffError as error:
                is_early = error.tokens < form.limit and "max_tokens" not in self.options
                next_form = form.with_next_limit() if is_early else None
                if next_form is None:
                    raise self.cut_off(talk, str(error)) from error
            except BrokenStreamError as error:
                if "stream" not in sent:
                    raise
                next_form = form.without_streaming()
                if error.is_cut_off and talk.model not in self._cut_off_once:
                    self._cut_off_once.add(talk.model)
                    lasting = form
            form = next_form
        self._forms[talk.model] = lasting or form
        return text, origin

    async def _answer(self, talk: Talk, sent: dict[str, Any]) -> tuple[str, Provenance]:
        """Raises _CutOffError and BrokenStreamError."""
        # The SDK is not told that it is a stream, and retries it like any other answer.
        streaming = {name: sent[name] for name in STREAMING if name in sent}
        others = {name: sent[name] for name in sent if name not in streaming}
        completion = await talk.client.chat.completions.create(
            model=talk.model, extra_body=streaming, **others
        )
        choice = self.choice(talk, completion)
        ended = f"{choice.finish_reason}"
        if ended.startswith("content_filter"):
            raise self.cut_off(talk, ended)
        if ended.casefold() in _CUT_OFF:
            raise _CutOffError(ended, tokens(completion.usage, "completion_tokens"))
        said = choice.message.to_dict(warnings=False)
        if isinstance(words := said.get("refusal"), str) and words:
            raise self.refused(talk, words)
        texts = (text_of(said.get(name)) for name in ("content", "reasoning_content", "reasoning"))
        return next(filter(str.strip, texts), ""), self.provenance(talk, completion)

    def choice(self, talk: Talk, completion: object) -> Choice:
        if not isinstance(completion, ChatCompletion) or not completion.choices:
            raise self.no_answer(talk, completion, "no choices")
        return completion.choices[0]

    def provenance(self, talk: Talk, completion: ChatCompletion | None) -> Provenance:
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
        except openai.APIStatusError as error:
            if error.status_code not in {400, 404, 405, 501}:
                raise
            advice = ["Name one with IDEARC_MODEL.", self.if_unreadable]
            if not urlsplit(self._base_url).path.strip("/"):  # the API can hardly begin here
                advice.reverse()
            raise ProviderError(
                f"{self.subject} has no list of models to choose from. {' Or else: '.join(advice)}"
            ) from error
        models = [name for name in can_chat(body) if name not in self._mute]
        if not models:
            others = offered(body)
            but = f" that can chat, but {self._few(others)}" if others else ""
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

    def _few(self, models: Sequence[str]) -> str:
        return ", ".join(map(self.quote, models[:5])) or "none"
