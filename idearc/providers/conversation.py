"""One run's questions to a model and to the web; adds up where the answers come from."""

import asyncio
import logging
import traceback
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from pydantic import BaseModel

from idearc.background import in_thread
from idearc.errors import SearchError
from idearc.jobs import Job
from idearc.jobs.job import A, JobAnswer, Judgement, Question
from idearc.jobs.research.hits import gathered
from idearc.preview import NO_PREVIEW, Entry, Note
from idearc.providers import Provenance, Search
from idearc.providers.messages import follow_up, opening, schema_of
from idearc.providers.previews import Listener, entries_of
from idearc.providers.reading import UnreadableError, read
from idearc.providers.wording import Talk
from idearc.web import Hit

if TYPE_CHECKING:
    from idearc.providers.server import ServerProvider

log = logging.getLogger(__name__)

_SEARCH_SECONDS = 60  # for all phrases of a run, at most: one that is refused takes up to 20


class ServerConversation:
    """With a model's server, for one run."""

    def __init__(
        self, provider: "ServerProvider", talk: Talk, job: Job, note: Note, search: Search | None
    ) -> None:
        self._answers: list[Provenance] = []
        self._provider = provider
        self._talk = talk
        self._job = job
        self.note = note
        self._shown: Sequence[Entry] = ()
        self._search = search
        self._searched: list[str] = []
        self._pages: list[str] = []

    async def ask(self, question: Question[A], material: str) -> A:
        """One answer, and if it breaks the schema one more, by a model that was told what."""
        messages = opening(question, material)
        self._talk.hear = None
        if issubclass(question.answer, JobAnswer):  # not a step on the way
            self._talk.hear = Listener(question.answer, self._shown, self.note)
        for is_last in (False, True):
            with self._provider.readable():
                text, origin = await self._provider.reply(self._talk, self._job, question, messages)
            self._answers.append(origin)
            try:
                return read(question.answer, text)
            except UnreadableError as error:
                if is_last:
                    raise self._provider.wrong_form(self._talk, str(error)) from error
                messages = follow_up(messages, text, str(error), schema_of(question.answer))
        raise AssertionError

    def show(self, findings: Sequence[BaseModel]) -> None:
        self._shown = entries_of(findings)
        self.note(NO_PREVIEW.after(self._shown))

    async def likelihood(self, judgement: Judgement, material: str) -> float:
        with self._provider.readable():
            likelihood, origin = await self._provider.likelihood(self._talk, judgement, material)
        self._answers.append(origin)
        return likelihood

    async def search(self, phrases: Sequence[str]) -> Sequence[Hit]:
        found: list[Sequence[Hit]] = []
        seconds = min(_SEARCH_SECONDS, self._provider.timeout_seconds / 3)
        try:
            async with asyncio.timeout(seconds):
                for phrase in phrases:
                    self.note(f"Searching the web: {phrase}")
                    self._searched.append(phrase)
                    found.append(await self._found(phrase))
        except (SearchError, TimeoutError) as error:
            if not any(found):  # else what came before is something to go on with
                self._searched.clear()
                late = f"The web search took more than {seconds:.3g} s. Try again later."
                raise error if isinstance(error, SearchError) else SearchError(late) from error
        hits = gathered(found)
        if not hits:
            self._searched.clear()
            raise SearchError(
                "The web search found nothing; perhaps the search engines refuse. Try again later, "
                "or set IDEARC_SEARCH to a SearXNG that has others."
            )
        self._pages = [hit.url for hit in hits]
        return hits

    async def _found(self, phrase: str) -> Sequence[Hit]:
        if self._search is None:
            raise SearchError("The web is not to be searched.")
        try:
            return await in_thread(partial(self._search, phrase))
        except SearchError:
            raise
        except Exception as error:  # a library may raise anything; the job goes on without it
            where = "".join(traceback.format_tb(error.__traceback__))  # words may quote a phrase
            log.error("search broke at\n%s", where)
            why = type(error).__name__
            raise SearchError(f"Something went wrong in the web search ({why}).") from error

    def origin(self) -> Provenance:
        """Of all answers together; there has been one."""
        total = self._answers[-1]
        return replace(
            total,
            input_tokens=sum(one.input_tokens for one in self._answers),
            output_tokens=sum(one.output_tokens for one in self._answers),
            searched=(
                *(phrase for one in self._answers for phrase in one.searched),
                *self._searched,
            ),
            pages=(*(page for one in self._answers for page in one.pages), *self._pages),
        )
