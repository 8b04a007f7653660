"""A small model on this machine, for those who have no key: nothing to sign up for or to start."""

import json
import math
import os
import secrets
import subprocess
import sys
import threading
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
from openai import APIConnectionError

from idearc.errors import ProviderError
from idearc.jobs import Job
from idearc.jobs.job import Judgement, Question, Research
from idearc.models import Idea
from idearc.preview import Note
from idearc.providers import EMBEDDED, Answer, Provenance, Search
from idearc.providers.compatible import CompatibleProvider
from idearc.providers.messages import conversation
from idearc.providers.model_file import ready
from idearc.providers.model_sources import DEFAULT, ModelFile
from idearc.providers.wording import Talk

_CONTEXT = 16_384  # tokens: the longest idea in any script, its question and its answer
_LOADING_SECONDS = 180  # far longer than a slow disk takes


class EmbeddedProvider(CompatibleProvider):
    """Asks a server of its own: a process that starts with the first run and ends with this one.

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
        self._path = model_path.expanduser() if model_path else None
        self._folder = folder
        self._file = file
        self._hub = hub
        self._turn = threading.Lock()
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
        note("Waiting for the model")
        with self._turn:
            if self._process is None or self._process.poll() is not None:
                self._process = self._start(note)
            note("")
            try:
                return super().ask(job, idea, note, search)
            except ProviderError as error:
                if type(error.__cause__) is APIConnectionError:  # it has died, or is about to
                    self._process.kill()
                    self._process.wait()
                raise

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
        _check_library()
        path = self._path or self._folder / self._file.name
        if self._path:
            _check_gguf(path)
        return f"{path}" if path.exists() else f"{path}, which is fetched with the first idea"

    def close(self) -> None:
        """Ends the server's process."""
        if self._process:
            self._process.communicate()  # closes its input, and waits

    def _start(self, note: Note) -> subprocess.Popen[str]:
        _check_library()
        path = self._path or ready(self._file, self._folder, note, self._hub)
        _check_gguf(path)
        note("Loading the model")
        cores = _cores()
        self.model = path.stem
        process = subprocess.Popen(  # noqa: S603 # our own file
            [sys.executable, "-P", str(Path(__file__).with_name("embedded_server.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"},
        )
        assert process.stdin and process.stdout  # noqa: S101, PT018 # both are pipes
        options = {
            "path": str(path),
            "name": self.model,
            "key": self._api_key,
            "context": _CONTEXT,
            "threads": min(cores, max(2, cores - 1)),
        }
        too_long = threading.Timer(_LOADING_SECONDS, process.kill)
        too_long.daemon = True
        too_long.start()
        try:
            process.stdin.write(json.dumps(options) + "\n")
            process.stdin.flush()
            address = json.loads(process.stdout.readline())["address"]
        except (OSError, ValueError) as error:
            process.kill()
            process.wait()
            free, needed = psutil.virtual_memory().available, 2 * path.stat().st_size
            why = (
                f"It needs {needed / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free. "
                "Make room, then try again."
                if free < needed
                else "The terminal says why. Try again, try another file with IDEARC_MODEL_PATH, "
                "or connect another model, as the README says."
            )
            raise ProviderError(f"The model {path} could not be loaded. {why}") from error
        finally:
            too_long.cancel()
        self._base_url = f"{address}/v1"
        return process


def _cores() -> int:
    """Those that this process may use; hyper-threads are of no use here."""
    real = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else real
    return min(real, allowed)


def _check_library() -> None:
    if not find_spec("xllamacpp"):
        raise ProviderError(
            "The small model can't run here: there is no xllamacpp for this system, or it is not "
            "installed. Run pip install xllamacpp, or connect OpenAI or another server, as the "
            "README says."
        )


def _check_gguf(path: Path) -> None:
    with suppress(OSError), path.open("rb") as file:
        if file.read(4) == b"GGUF":
            return
    raise ProviderError(
        f"IDEARC_MODEL_PATH={str(path)!r} is no model: it needs a file in GGUF format. Correct it, "
        "then start Idearc again."
    )
