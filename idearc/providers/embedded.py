"""A small model on this machine, for those who have no key: nothing to sign up for or to start."""

import asyncio
import math
import secrets
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from openai import APIConnectionError

from idearc.errors import ProviderError
from idearc.jobs import Job
from idearc.jobs.job import Judgement, Question, Research
from idearc.models import Idea
from idearc.preview import Note
from idearc.providers import EMBEDDED, Answer, Provenance, Search
from idearc.providers.compatible import CompatibleProvider
from idearc.providers.embedded_process import check_gguf, check_library, has_memory, start
from idearc.providers.messages import conversation, opening
from idearc.providers.model_file import checked_file, ready
from idearc.providers.model_sources import DEFAULT, ModelFile
from idearc.providers.wording import Talk


class EmbeddedProvider(CompatibleProvider):
    """Asks a server of its own: a process that starts when it is needed and ends with this one.

    Not in this process: while it loads, it would hold up every page. Runs go one after the other,
    as two at once take as long; neither waiting nor getting the model ready counts for their time.
    """

    name = EMBEDDED
    subject = "The model on this machine"
    if_slow = "Try again when this machine is less busy, or raise IDEARC_JOB_TIMEOUT."
    if_gone = "Try again: it starts anew."
    if_refused = "Shorten the idea, or check IDEARC_MODEL_PATH, then try again."
    if_unreadable = "Check IDEARC_MODEL_PATH, then try again."
    another_model = "connect another one, as the README says"
    options = {  # noqa: RUF012 # nobody changes it
        "max_tokens": 900,  # three times a usual answer: this one has run away
        "temperature": 0,
        "frequency_penalty": 0.5,
        "presence_penalty": 0.3,
    }

    def __init__(
        self,
        *,
        model_path: Path | None,
        folder: Path,
        timeout_seconds: float,
        file: ModelFile = DEFAULT,
        hub: str | None = None,
    ) -> None:
        """Uses the model at `model_path`, or else `file`, which is kept in `folder`."""
        self._given_path = model_path.expanduser() if model_path else None
        self._folder = folder
        self._file = file
        self._hub = hub
        self._turn = threading.Lock()
        self._is_asked = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        super().__init__(
            api_key=secrets.token_urlsafe(32),
            model=None,
            timeout_seconds=timeout_seconds,
            max_retries=0,  # it answers, or it is gone
        )

    def question(self, job: Job) -> Question[Any]:
        return job.small_question or job.question

    def research(self, job: Job) -> Research | None:
        return job.small_research

    def ask(self, job: Job, idea: Idea, note: Note, search: Search | None = None) -> Answer:
        note("Waiting for the model" if self._process else "Loading the model")
        self._is_asked.set()
        with self._turn:
            if self._process is None or self._process.poll() is not None:
                self._start(note)
            note("")
            with self._gone_if_dead():
                return super().ask(job, idea, note, search)

    def warm_up(self, jobs: Iterable[Job]) -> None:
        """Loads the model where its file is there, and has it read what each question begins with.

        It remembers that, and begins to answer seconds sooner. Ends as soon as it is asked
        something; does nothing where memory is short. Raises ProviderError.
        """
        path = self._given_path or checked_file(self._file, self._folder)
        if path is None or not has_memory(path):
            return
        with self._turn:
            if self._process is None and not self._is_asked.is_set():
                self._start(lambda _note: None)
                with self._gone_if_dead():
                    self._call(partial(self._read, jobs=jobs), self.timeout_seconds)

    async def _read(self, talk: Talk, jobs: Iterable[Job]) -> None:
        for job in jobs:
            sent: dict[str, Any] = {"messages": opening(self.question(job), ""), "max_tokens": 1}
            reading = asyncio.ensure_future(
                talk.client.chat.completions.create(model=f"{self.model}", **sent)
            )
            try:
                while not (reading.done() or self._is_asked.is_set()):
                    await asyncio.wait([reading], timeout=0.1)
            finally:
                reading.cancel()  # which does nothing where it is done
                await asyncio.wait([reading])
            if reading.cancelled():
                return
            reading.result()

    async def likelihood(
        self, talk: Talk, judgement: Judgement, material: str
    ) -> tuple[float, Provenance]:
        """By the probabilities of the first token."""
        examples = [(text, "Yes" if is_so else "No") for text, is_so in judgement.examples]
        sent: dict[str, Any] = {
            "messages": conversation(judgement.instructions, examples, material),
            "temperature": 0,
            "max_tokens": 1,
            "logprobs": True,
            "top_logprobs": 20,
        }
        completion = await talk.client.chat.completions.create(model=f"{self.model}", **sent)
        logprobs = self.choice(talk, completion).logprobs
        sums = dict.fromkeys(("yes", "no"), 1e-9)
        for one in ((logprobs and logprobs.content) or [])[:1]:
            for token in one.top_logprobs:
                word = token.token.strip().casefold()
                if word in sums:
                    sums[word] += math.exp(token.logprob)
        return sums["yes"] / sum(sums.values()), self.provenance(talk, completion)

    def check(self) -> str:
        check_library()
        path = self._given_path or self._folder / self._file.name
        if self._given_path:
            check_gguf(path)
        return f"{path}" if path.exists() else f"{path}, which is fetched with the first idea"

    def close(self) -> None:
        """Ends the server's process."""
        if self._process:
            self._process.communicate()  # closes its input, and waits

    @contextmanager
    def _gone_if_dead(self) -> Iterator[None]:
        """So that the next one starts a new process."""
        try:
            yield
        except ProviderError as error:
            # It has died, or is about to.
            if self._process and type(error.__cause__) is APIConnectionError:
                self._process.kill()
                self._process.wait()
            raise

    def _start(self, note: Note) -> None:
        check_library()
        path = self._given_path or ready(self._file, self._folder, note, self._hub)
        note("Loading the model")
        self._process, address = start(path, f"{self._api_key}")
        self.model = path.stem
        self._base_url = f"{address}/v1"
