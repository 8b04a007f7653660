"""The example: a finished idea to look at, without a model, a key, a network or a database."""

from functools import cache
from pathlib import Path

from idearc.snapshot import Snapshot, read


@cache
def example() -> Snapshot:
    """All of it is made up. It is read from a file such as the export as JSON makes."""
    return read(Path(__file__).with_name("example.json").read_bytes())
