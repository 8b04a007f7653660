"""How a provider that asks a server says what went wrong, and what to do."""

import math
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

import openai
from openai import AsyncOpenAI

from idearc.errors import ProviderError, WrongFormError
from idearc.providers.reasons import shorten
from idearc.providers.refusal import Refusal, words_of
from idearc.providers.response import Hear


@dataclass
class Talk:
    """One run's conversation with a server."""

    client: AsyncOpenAI
    model: str = ""  # that was asked last
    is_picked: bool = False  # by Idearc, not by the settings
    hear: Hear | None = None  # takes the answer while it is written, where somebody wants it


class Wording:
    """The reasons of one kind of provider; no secret of its address or its key is in them."""

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

    def __init__(self, base_url: str, api_key: str | None) -> None:
        self._base_url = base_url
        self._api_key = api_key

    @property
    def subject(self) -> str:
        """Who answers, as messages name it."""
        return f"The model's server at {self.server}"

    @property
    def server(self) -> str:
        """Host and port for messages; the whole address may hold a password."""
        address = urlsplit(self._base_url)
        host = f"[{address.hostname}]" if ":" in f"{address.hostname}" else f"{address.hostname}"
        return f"{host}:{address.port}" if address.port else host

    def explain(self, refusal: Refusal) -> str:
        """What it means and what to do, with the server's own words."""
        said = f"The model's server answered {refusal.status}"
        own = f" It said: {self.quote(refusal.words)}." if refusal.words else ""
        if refusal.status == 401 and not self._api_key:
            advice = "There is none: set OPENAI_API_KEY, then start Idearc again."
            return f"{said}: the API key was refused. {advice}{own}"
        if refusal.status == 401:
            return f"{said}: the API key was refused. Check OPENAI_API_KEY, then try again.{own}"
        if refusal.is_over_quota:
            return f"{said}: quota exceeded. Check the plan of your API key, then try again.{own}"
        minutes = math.ceil((refusal.retry_after or 0) / 60)
        wait = f"in {minutes} minutes" if minutes > 1 else "in a minute"
        if refusal.status == 429:
            if not refusal.words:
                return f"{said}: too many requests. Try again {wait}."
            # It may be a limit of a minute or of a month, which only these words tell.
            when = wait if refusal.retry_after else "later"
            return f"{said}: {self.quote(refusal.words)}. Try again {when}."
        words = self.quote(refusal.words or refusal.reason_phrase)
        if refusal.status >= 500:
            return f"{said}: it is overloaded or broken ({words}). Try again {wait}."
        return f"{said}: {words}. {self.if_refused}"

    def refused(self, talk: Talk, words: str) -> ProviderError:
        return ProviderError(
            f"The model refused: {self.quote(words)}. Try again, or write the idea "
            f"down anew in other words.{self.who(talk)}",
            is_permanent=True,
        )

    def wrong_form(self, talk: Talk, problem: str) -> WrongFormError:
        return WrongFormError(
            f"The model gave an answer of the wrong form twice ({problem}). Try again, or "
            f"{self.another_model}.{self.who(talk)}"
        )

    def cut_off(self, talk: Talk, reason: str | None) -> ProviderError:
        return ProviderError(
            f"The model stopped before its answer was whole: {self.quote(reason or '')}. Try "
            f"again, or {self.another_model}.{self.who(talk)}"
        )

    def no_answer(self, talk: Talk, body: object, missing: str) -> ProviderError:
        """For what has the status of an answer, but isn't one."""
        said = body.to_dict(warnings=False) if isinstance(body, openai.BaseModel) else body
        words = words_of(said)
        if not words:
            return self.unreadable(missing)
        about_path = re.search(r"endpoint|route|method|\bpath\b|\burl\b|not found", words, re.I)
        advice = self.if_unreadable if about_path else f"{self.if_refused}{self.who(talk)}"
        return ProviderError(f"{self.subject} answered: {self.quote(words)}. {advice}")

    def unreadable(self, why: str) -> ProviderError:
        return ProviderError(
            f"{self.subject} answered in a form that can't be read ({why}). {self.if_unreadable}"
        )

    def who(self, talk: Talk) -> str:
        """The sentence that says which model a reason is about."""
        if not talk.model:
            return ""
        picked = ", which Idearc picked as IDEARC_MODEL is not set" if talk.is_picked else ""
        return f" The model asked was {self.quote(talk.model)!r}{picked}."

    def quote(self, words: str) -> str:
        """Somebody else's words: one short line, without what is secret."""
        words = words.replace(self._api_key, "[API key]") if self._api_key else words
        address = urlsplit(self._base_url)
        values = [value for name, value in parse_qsl(address.query) if name != "api-version"]
        # Short ones are words like any other.
        others = [value for value in [address.username or "", *values] if len(value) >= 8]
        for secret in filter(None, [address.password, *others]):
            words = words.replace(secret, "[secret]").replace(unquote(secret), "[secret]")
        return shorten(words) or "it gave no reason"
