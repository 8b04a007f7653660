"""A small server on 127.0.0.1 that speaks both OpenAI APIs and answers any JSON schema.

By hand, for a look at the app without a model: python tests/model_server.py --port 8000
"""

import argparse
import json
import math
import socket
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from email.message import Message
from http.server import BaseHTTPRequestHandler
from typing import Any

from event_streams import as_lines, of_completion, of_response
from processes import LocalServer

OPENAI_PATH, COMPATIBLE_PATH = "/v1/responses", "/v1/chat/completions"
USAGE = {"input_tokens": 100, "output_tokens": 20}

_AT_ONCE = threading.Event()
_AT_ONCE.set()


@dataclass
class Reply:
    """What the server says to one request; by default, an example of the schema it was given."""

    text: str | None = None
    status: int = 200
    error: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    refusal: str | None = None
    incomplete: str | None = None  # why the answer is not whole
    failed: str | None = None  # the Responses API's word for an error with status 200
    searched: dict[str, list[str]] = field(default_factory=dict)  # query -> addresses
    opened: Sequence[str] = ()  # addresses of pages that it read
    body: bytes | None = None  # instead of all that the API would say
    seconds_per_byte: float = 0
    hang_up: bool = False
    goes_on: threading.Event = _AT_ONCE  # it is held until then
    reset_after: float | None = None  # this part of the body, the connection is reset
    change: Callable[[Any], str] = json.dumps  # makes the text of the example
    message: Callable[[str], dict[str, Any]] | None = None  # chat only: makes fields of the message
    pack: Callable[[bytes], bytes] = bytes  # the body, at last
    streams: bool = True  # where that is asked for
    tokens_per_second: float = math.inf  # of a stream
    change_stream: Callable[[list[bytes]], list[bytes]] = list  # of the events' lines
    stays_open: bool = False  # after a stream
    pauses_at: int = 0  # where this entry begins in a stream, until the server `goes_on`


@dataclass(frozen=True)
class Request:
    path: str
    job: str
    body: dict[str, Any]
    headers: Message
    at: float  # time.monotonic()


Rule = Callable[[Request], Reply | None]


class ModelServer(LocalServer):
    """Replies to each job (named by its schema) what stands in `script`, else `always`."""

    def __init__(self, port: int = 0, latency_seconds: float = 0) -> None:
        self.latency_seconds = latency_seconds
        self.script: dict[str, list[Reply]] = defaultdict(list)
        self.always: dict[str, Reply] = {}
        self.models = ["example-embed", "example-model"]
        self.listing = Reply()  # how the models are listed
        self.refuses: Sequence[Rule] = ()  # each may have a reply of its own to a request
        self.requests: list[Request] = []
        self.gate = threading.Event()  # while it is not set, every reply waits
        self.gate.set()
        self.goes_on = threading.Event()
        self.hurry = threading.Event()  # with all that is slow
        self.sent: dict[str, list[tuple[float, bytes]]] = defaultdict(list)  # of streams, by job
        super().__init__(_handler(self), port)
        self.url += "/v1"

    def asked(self, job: str) -> int:
        return sum(request.job == job for request in self.requests)

    def forget(self) -> None:
        """Be as new; what waits is answered."""
        self.script.clear()
        self.always.clear()
        self.requests.clear()
        self._release()
        self.goes_on, self.hurry = threading.Event(), threading.Event()

    def close(self) -> None:
        self._release()
        super().close()

    def _release(self) -> None:
        for event in (self.gate, self.goes_on, self.hurry):
            event.set()


def example(schema: dict[str, Any], root: dict[str, Any], name: str = "", index: int = 0) -> Any:
    """A value that the schema allows; the items of a list differ, and so do those of two lists."""
    if "$ref" in schema:
        return example(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, name, index)
    if "enum" in schema:
        return schema["enum"][index % len(schema["enum"])]
    match schema["type"]:
        case "object":
            made: dict[str, Any] = {}
            for key, value in schema["properties"].items():
                made[key] = example(value, root, key, index)
                index += len(made[key]) if schema is root and isinstance(made[key], list) else 0
            return made
        case "array":
            places = range(index, index + min(3, schema.get("maxItems", 3)))
            return [example(schema["items"], root, name, place) for place in places]
        case "string" if name in {"url", "sources"}:
            return f"https://example.com/{index + 1}"
        case "string":
            return f"{name.capitalize()} {index + 1}"
    raise NotImplementedError(schema)


def asked_for(body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The job and the schema of a request, which may be in its words only."""
    match body:
        case {"text": {"format": {"name": str(name), "schema": schema}}}:
            return name, schema
        case {"response_format": {"json_schema": {"name": str(name), "schema": schema}}}:
            return name, schema
    for message in body["messages"]:
        _, found, after = str(message["content"]).partition("matches this schema: ")
        if found:
            schema, _ = json.JSONDecoder().raw_decode(after)
            return "features" if "must" in schema["properties"] else "competitors", schema
    return "", {"type": "string"}


def _handler(server: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or the body waits for 40 ms after the headers

        def log_message(self, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            models = [{"id": name, "object": "model"} for name in server.models]
            self._send(server.listing, {"object": "list", "data": models})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            job, schema = asked_for(body)
            request = Request(self.path, job, body, self.headers, time.monotonic())
            server.requests.append(request)
            reply = next(filter(None, (rule(request) for rule in server.refuses)), None)
            if reply is None:
                replies = server.script[job]
                reply = replies.pop(0) if replies else server.always.get(job, Reply())
            time.sleep(server.latency_seconds)
            server.gate.wait()
            reply.goes_on.wait()
            if reply.hang_up:
                self.close_connection = True
                return
            if reply.status != 200:
                self._send(reply, {"error": reply.error})
                return
            made = reply.change(example(schema, schema)) if reply.text is None else reply.text
            speak = _response if self.path == OPENAI_PATH else _completion
            content = speak(body["model"], made, reply)
            if body.get("stream") and reply.streams and reply.body is None:
                has_usage = bool(body.get("stream_options", {}).get("include_usage"))
                is_openai = self.path == OPENAI_PATH
                events = of_response(content) if is_openai else of_completion(content, has_usage)
                self._stream(job, reply, reply.change_stream([*map(as_lines, events)]))
            else:
                self._send(reply, content)

        def _stream(self, job: str, reply: Reply, lines: list[bytes]) -> None:
            """As time passes, or as `_send` does."""
            is_timed = reply.pauses_at or reply.tokens_per_second < math.inf
            if not is_timed:
                lines = [b"".join(lines)]
            if not is_timed and not reply.stays_open:
                self._send(replace(reply, body=lines[0]), {}, "text/event-stream")
                return
            self.close_connection = True
            hurry = server.hurry
            try:
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Transfer-Encoding", "chunked")  # as most servers have it
                self.end_headers()
                begun = 0
                for line in lines:
                    if b': "name"' in line:  # the piece that each entry begins with
                        begun += 1
                        if begun == reply.pauses_at:
                            server.goes_on.wait()
                    server.sent[job].append((time.time(), line))
                    self._write_chunk(line)
                    hurry.wait(1 / reply.tokens_per_second)
                while reply.stays_open and not hurry.wait(0.05):
                    self._write_chunk(b": keep-alive\n\n")
                self._write_chunk(b"")
            except ConnectionError:
                pass  # the caller didn't wait

        def _write_chunk(self, data: bytes) -> None:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

        def _send(
            self, reply: Reply, content: dict[str, Any], kind: str = "application/json"
        ) -> None:
            payload = json.dumps(content).encode() if reply.body is None else reply.body
            payload = reply.pack(payload)
            try:
                self.send_response(reply.status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(payload)))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if reply.reset_after is not None:
                    self.wfile.write(payload[: round(len(payload) * reply.reset_after)])
                    time.sleep(0.1)  # it is read by then
                    at_once = struct.pack("ii", 1, 0)
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
                    self.close_connection = True
                elif reply.seconds_per_byte:
                    hurry = server.hurry
                    for byte in payload:
                        self.wfile.write(bytes([byte]))
                        hurry.wait(reply.seconds_per_byte)
                else:
                    self.wfile.write(payload)
            except ConnectionError:
                self.close_connection = True  # the caller didn't wait

    return Handler


def _completion(model: str, text: str, reply: Reply) -> dict[str, Any]:
    message = {"role": "assistant", "content": None if reply.refusal else text}
    message |= reply.message(text) if reply.message else {}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [
            {
                "index": 0,
                "finish_reason": "length" if reply.incomplete else "stop",
                "message": {**message, "refusal": reply.refusal},
            }
        ],
        "usage": {
            "prompt_tokens": USAGE["input_tokens"],
            "completion_tokens": USAGE["output_tokens"],
            "total_tokens": sum(USAGE.values()),
        },
    }


def _response(model: str, text: str, reply: Reply) -> dict[str, Any]:
    searches = [
        {
            "id": "ws_1",
            "type": "web_search_call",
            "status": "completed",
            "action": {
                "type": "search",
                "queries": [query],
                "sources": [{"type": "url", "url": page} for page in pages],
            },
        }
        for query, pages in reply.searched.items()
    ]
    searches += [
        {
            "id": "ws_2",
            "type": "web_search_call",
            "status": "completed",
            "action": {"type": "open_page", "url": page},
        }
        for page in reply.opened
    ]
    part = (
        {"type": "refusal", "refusal": reply.refusal}
        if reply.refusal
        else {"type": "output_text", "text": text, "annotations": []}
    )
    said = {"type": "message", "id": "msg_1", "role": "assistant", "content": [part]}
    status = "failed" if reply.failed else "incomplete" if reply.incomplete else "completed"
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 0,
        "model": model,
        "status": status,
        "error": {"code": "server_error", "message": reply.failed} if reply.failed else None,
        "incomplete_details": {"reason": reply.incomplete} if reply.incomplete else None,
        "output": [*searches, {**said, "status": status}],
        "usage": {**USAGE, "total_tokens": sum(USAGE.values())},
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--latency-seconds", type=float, default=3)
    options = parser.parse_args()
    print("OPENAI_BASE_URL=" + ModelServer(options.port, options.latency_seconds).url)
    threading.Event().wait()
