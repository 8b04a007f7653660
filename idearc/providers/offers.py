"""Which models a server offers, and which of them can chat; no I/O."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

# In the name or the type of a model that is for something else.
_SOMETHING_ELSE = re.compile(
    r"embed|rerank|whisper|transcri|speech|image|dall.?e|diffusion|video|moderation|guard|realtime|"
    r"minilm|mpnet|paraphrase|cross-encoder|colbert|parakeet|kokoro|babbage|davinci|turbo-instruct|"
    r"(?<![a-z])(tts|asr|ocr|aqa|bge|e5|gte|nomic|clip|siglip|sdxl|flux|sora|veo)(?![a-z])",
    re.I,
)


def offered(body: object) -> Sequence[str]:
    """The names of all models in a server's list, in any of the forms that servers give it."""
    return [name for name, _ in _models(body)]


def can_chat(body: object) -> Sequence[str]:
    """The names of those that may be able to chat, in the order of the list."""
    return [name for name, about in _models(body) if not _is_for_something_else(name, about)]


def _models(body: Any) -> Iterator[tuple[str, Any]]:
    """Each with what is said about it."""
    match body:
        case {"data": [*models]} | {"models": [*models]} | [*models]:
            for one in models:
                match one:
                    case str(name):
                        yield name, None
                    case {"id": str(name)} | {"name": str(name)}:
                        yield name, one


def _is_for_something_else(name: str, about: Any) -> bool:
    match about:
        case {"capabilities": {"completion_chat": False}}:  # Mistral
            return True
        case {"endpoints": [*endpoints]} if "chat" not in endpoints:  # Cohere
            return True
        case {"type": str(kind)} if _SOMETHING_ELSE.search(kind):  # Together
            return True
    return bool(_SOMETHING_ELSE.search(name))
