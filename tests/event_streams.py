"""What the tests' model server says, as a stream of events of either API."""

import json
import re
from collections.abc import Iterator
from typing import Any


def _pieces(text: str) -> list[str]:
    """Like tokens, a word or a mark each; larger ones of a text that nobody would want."""
    if len(text) > 20_000:
        return [text[at : at + len(text) // 200] for at in range(0, len(text), len(text) // 200)]
    return re.findall(r"\s*\w{1,6}|\s*[^\w\s]{1,2}|\s+", text)


def of_completion(whole: dict[str, Any], has_usage: bool) -> Iterator[dict[str, Any] | str]:
    """The chunks of a completion; https://developers.openai.com/api/reference/resources/chat."""
    (choice,) = whole["choices"]
    message, common = choice["message"], {**whole, "object": "chat.completion.chunk"}
    del common["usage"]

    def chunk(delta: dict[str, Any], ended: str | None = None) -> dict[str, Any]:
        others = {key: choice[key] for key in choice if key not in {"message", "finish_reason"}}
        return {**common, "choices": [{**others, "delta": delta, "finish_reason": ended}]}

    yield chunk({"role": "assistant", "content": ""})
    for name, value in message.items():
        if isinstance(value, str) and name != "role":
            yield from (chunk({name: piece}) for piece in _pieces(value))
        elif value:
            yield chunk({name: value})
    yield chunk({}, choice["finish_reason"])
    if has_usage:
        yield {**common, "choices": [], "usage": whole["usage"]}
    yield "[DONE]"


def of_response(whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """https://developers.openai.com/api/reference/resources/responses/streaming-events."""
    yield {"type": "response.created", "response": {**whole, "output": []}}
    for place, item in enumerate(whole["output"]):
        common = {"output_index": place}
        if item["type"] != "message":
            begun = {**item, "status": "in_progress", "action": {"type": item["action"]["type"]}}
            yield {"type": "response.output_item.added", **common, "item": begun}
            yield {"type": "response.web_search_call.searching", **common, "item_id": item["id"]}
        else:
            begun = {**item, "status": "in_progress", "content": []}
            yield {"type": "response.output_item.added", **common, "item": begun}
            for part in item["content"]:
                for piece in _pieces(part.get("text", "")):
                    yield {"type": "response.output_text.delta", **common, "delta": piece}
        yield {"type": "response.output_item.done", **common, "item": item}
    yield {"type": f"response.{whole['status']}", "response": whole}


def as_lines(event: dict[str, Any] | str) -> bytes:
    data = event if isinstance(event, str) else json.dumps(event)
    kind = f"event: {event['type']}\n" if isinstance(event, dict) and "type" in event else ""
    return f"{kind}data: {data}\n\n".encode()
