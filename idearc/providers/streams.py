"""An answer that comes in pieces, put together as if it had come at once; no I/O.

Of both APIs: https://developers.openai.com/api/docs/guides/streaming-responses and the chunks of
https://developers.openai.com/api/reference/resources/chat.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from idearc.text import counted, short

_ENDS = {"response.completed", "response.failed", "response.incomplete"}
_TEXTS = ("content", "reasoning_content", "reasoning", "refusal")  # of a message, in pieces
# Seconds that are waited for more, after the last word and after the end: some never hang up.
_FOR_USAGE, _FOR_END = 2, 0.1
_SAID = 240  # characters of what is searched for


class UnreadableStreamError(Exception):
    """The pieces are no answer, or not all of one."""


class Whole:
    """Takes the events of a stream one by one."""

    def __init__(self) -> None:
        self.text = ""  # of the answer, so far
        self.doing = ""  # what the model does beside writing, in words
        self._body: dict[str, Any] = {}
        self._choice: dict[str, Any] = {}  # of chunks
        self._message: dict[str, list[Any]] = defaultdict(list)
        self._aside: set[object] = set()  # places of messages that are no answer
        self._pages: set[str] = set()
        self.patience: float | None = None  # seconds that more is waited for, once it may be over

    def add(self, data: str, kind: str = "") -> None:
        """The data of an event and the name of its kind. Raises UnreadableStreamError."""
        if data.strip() == "[DONE]":
            self.patience = _FOR_END
            return
        try:
            event = json.loads(data)
        except (ValueError, RecursionError) as error:
            if kind == "error":
                self._end({"error": data})
                return
            raise UnreadableStreamError("a part of the stream is no JSON") from error
        match event:
            case {"choices": [*_]}:
                self._add_chunk(event)
            case {"type": str(kind)} if kind.startswith("response."):
                self._add_event(kind, event)
            case {"type": "error", "message": _}:
                self._end({"error": event})
            case dict() if event:
                self._end(event)  # an error, in one of many forms

    def body(self) -> bytes:
        """Raises UnreadableStreamError."""
        if self.patience is None:
            raise UnreadableStreamError("the stream stopped half-way")
        body = self._body
        if self._choice:
            said = {name: _joined(pieces) for name, pieces in self._message.items()}
            message = {"role": "assistant", "content": "", **said}
            choices = [{**self._choice, "message": message}]
            body = {**body, "object": "chat.completion", "choices": choices}
        return json.dumps(body).encode()

    def _end(self, body: Mapping[str, Any]) -> None:
        self._body = {**body}
        self._choice.clear()
        self.patience = _FOR_END

    def _add_chunk(self, chunk: Mapping[str, Any]) -> None:
        if chunk.get("error"):
            self._end(chunk)
            return
        self._choice.setdefault("finish_reason", None)
        self._body.update((key, value) for key, value in chunk.items() if value is not None)
        for one in chunk["choices"][:1]:
            if not isinstance(one, dict):
                continue
            said = one.get("delta") or one.get("message") or {}
            for name in _TEXTS:
                if piece := said.get(name):
                    self._message[name] += piece if isinstance(piece, list) else [piece]
                    if name == "content" and isinstance(piece, str):
                        self.text += piece
            if one.get("error"):
                self._choice["error"] = one["error"]
            if ended := one.get("finish_reason"):
                self._choice["finish_reason"] = ended
                self.patience = _FOR_USAGE

    def _add_event(self, kind: str, event: Mapping[str, Any]) -> None:
        match event:
            case {"response": dict(response)} if kind in _ENDS:
                self._end(response)
            case {"item": {"type": "message", "phase": "commentary"}, "output_index": place}:
                self._aside.add(place)
            case {"item": {"type": "web_search_call", **item}}:
                self._search(item.get("action"))
            case {"item": {"type": "message"}} if self._pages and kind.endswith(".added"):
                self.doing = f"Reading {counted(len(self._pages), 'page')}"
            case {"type": "response.output_text.delta", "delta": str(piece)}:
                if event.get("output_index") not in self._aside:
                    self.text += piece
                    self.doing = ""

    def _search(self, action: Any) -> None:
        said = ""
        match action:
            case {"type": "search"}:
                phrases = action.get("queries") or [action.get("query") or ""]
                sources = action.get("sources") or []
                self._pages |= {str(one.get("url")) for one in sources if isinstance(one, dict)}
                said = short("; ".join(f"{one}" for one in phrases), _SAID)
        self.doing = f"Searching the web: {said}" if said else "Searching the web"


def _joined(pieces: list[Any]) -> Any:
    return "".join(pieces) if all(isinstance(one, str) for one in pieces) else pieces
