"""Starts the small model's server, as a process of its own."""

import json
import os
import re
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import psutil

from idearc.errors import ProviderError

_CONTEXT = 16_384  # tokens: the longest idea in any script, its question and its answer
_LOADING_SECONDS = 180  # far longer than a slow disk takes


def start(path: Path, key: str) -> tuple[subprocess.Popen[str], str]:
    """The process, which has loaded the model and ends when its input is closed; its address.

    The model is named as its file is, without the ending. Raises ProviderError.
    """
    check_gguf(path)
    cores = _cores()
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
        "name": path.stem,
        "key": key,
        "context": _CONTEXT,
        "threads": min(cores, max(2, cores - 1)),
    }
    too_long = threading.Timer(_LOADING_SECONDS, process.kill)
    too_long.daemon = True
    too_long.start()
    try:
        process.stdin.write(json.dumps(options) + "\n")
        process.stdin.flush()
        return process, json.loads(process.stdout.readline())["address"]
    except (OSError, ValueError) as error:
        process.kill()
        process.wait()
        free, needed = psutil.virtual_memory().available, _needed_memory(path)
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


def has_memory(path: Path) -> bool:
    """Whether there is plenty of room now for the model: half as much again as it needs."""
    with suppress(OSError):
        return psutil.virtual_memory().available > 1.5 * _needed_memory(path)
    return False


def _needed_memory(path: Path) -> int:
    return 2 * path.stat().st_size


def _cores() -> int:
    """Those that this process may use; hyper-threads are of no use here."""
    real = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else real
    return min(real, allowed)


def check_library() -> None:
    """Raises ProviderError where there is no library to run the model, or it can't be loaded."""
    command = [sys.executable, "-P", "-c", "import xllamacpp"]
    try:
        tried = subprocess.run(  # noqa: S603 # our own words
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_LOADING_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProviderError(
            f"The small model can't start ({type(error).__name__}). Try again."
        ) from error
    if tried.returncode:
        said = tried.stderr.strip().rpartition("\n")[2] or f"it ended with {tried.returncode}"
        why = re.sub(r"/\S*/", "", said)  # no folders of this machine
        raise ProviderError(
            f"The small model can't run here: its library, xllamacpp, can't be loaded ({why}). "
            "Install what is missing (pip install xllamacpp; on Debian apt-get install libgomp1), "
            "or connect OpenAI or another server, as the README says."
        )


def check_gguf(path: Path) -> None:
    """Raises ProviderError where the file is no model."""
    with suppress(OSError), path.open("rb") as file:
        if file.read(4) == b"GGUF":
            return
    raise ProviderError(
        f"IDEARC_MODEL_PATH={str(path)!r} is no model: it needs a file in GGUF format. Correct it, "
        "then start Idearc again."
    )
