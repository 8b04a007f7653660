"""Which models a server offers, and which of them can answer; no I/O."""

import re
from collections.abc import Iterator, Sequence

# What can't chat, by its own name or that of its kind.
_CANT_CHAT = re.compile(
    r"embed|rerank|whisper|transcri|speech|image|dall.?e|diffusion|video|moderation|guard|realtime|"
    r"minilm|nomic|colbert|(?<![a-z])(tts|asr|bge|e5|gte|clip|siglip|sdxl|flux|sora|veo)(?![a-z])",
    re.I,
)


def offered(body: object) -> Sequence[str]:
    """The names of all models in a server's list, in any of the forms that servers give it."""
    return [name for name, _ in _models(body)]


def can_chat(body: object) -> Sequence[str]:
    """The names of those that may be able to chat, in the order of the list."""
    return [name for name, about in _models(body) if not _CANT_CHAT.search(about)]


def _models(body: object) -> Iterator[tuple[str, str]]:
    """Each with what tells what it is."""
    match body:
        case {"data": [*models]} | {"models": [*models]} | [*models]:
            for one in models:
                match one:
                    case str(name):
                        yield name, name
                    case {"id": str(name), **about} | {"name": str(name), **about}:
                        yield name, f"{name} {about.get('type', '')}"
