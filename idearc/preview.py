"""What a run has written so far, for those who wait: the runner knows it, the database never."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from idearc.text import short

MOST_ENTRIES = 20  # that are shown
_NAME, _WHAT = 80, 240  # characters of each


@dataclass(frozen=True)
class Entry:
    """What is shown of a finding before it is one."""

    name: str
    what: str = ""

    def cut(self, name: int, what: int) -> "Entry":
        """With as many characters at most."""
        return Entry(short(self.name, name), short(self.what, what) if what else "")


@dataclass(frozen=True)
class Preview:
    """Entries that are whole, and the one that is being written."""

    entries: Sequence[Entry] = ()
    writing: Entry | None = None
    is_readable: bool = False  # whether all that is shown of the latter is there by now

    @property
    def so_far(self) -> int:
        """Entries of which there is all to read that is shown."""
        return len(self.entries) + bool(self.writing and self.is_readable)

    def __bool__(self) -> bool:
        return bool(self.entries or self.writing)

    def after(self, earlier: Sequence[Entry]) -> "Preview":
        """With entries that were there before, and no more than are shown."""
        return replace(self, entries=(*earlier, *self.entries)[:MOST_ENTRIES]).cut()

    def cut(self, name: int = _NAME, what: int = _WHAT) -> "Preview":
        entries = tuple(one.cut(name, what) for one in self.entries)
        writing = self.writing and self.writing.cut(name, what)
        return replace(self, entries=entries, writing=writing)

    def within(self, size: int) -> "Preview":
        """With fewer words, then with fewer entries, until the JSON of these has no more bytes."""
        shorter = self.cut()
        for name, what in ((_NAME, 80), (40, 40), (20, 0)):
            if shorter.size > size:
                shorter = self.cut(name, what)
        while shorter.size > size:
            shorter = Preview(shorter.entries[:-1])
        return shorter

    @property
    def size(self) -> int:
        shown = [*self.entries, *([self.writing] if self.writing else [])]
        return len(json.dumps([vars(one) for one in shown], separators=(",", ":")))


NO_PREVIEW = Preview()

# Takes what a run is doing, in words, "" for its usual work; or all that it has written so far.
Note = Callable[[str | Preview], None]
