"""What is taken away from a workspace: brief, report and tables. Nothing in them runs or loads."""

from pathvalidate import sanitize_filename

from idearc.models import Idea

_NAME_LENGTH = 50  # characters of a file's name: at most 200 bytes, of the 255 of most systems


def file_name(idea: Idea, kind: str) -> str:
    """Of the idea's name, good on every system; `kind` is its end, as in `.md`."""
    name = " ".join(sanitize_filename(idea.name, replacement_text=" ").split())
    name = name.lstrip(".-~ ")[:_NAME_LENGTH].strip() or "idea"
    version = f" v{idea.version}" if idea.version > 1 else ""
    return sanitize_filename(f"{name}{version}{kind}")
