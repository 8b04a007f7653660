"""Servers that speak OpenAI's API in ways of their own, as people have reported them in public.

The next report is one more line: what the server says, or which requests it refuses; and what
becomes of it, a result or a reason, after how many requests for the first and for the second job.
"""

import gzip
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from event_streams import as_lines
from model_server import Reply, Request, Rule


@dataclass(frozen=True)
class Personality:
    name: str
    reply: Reply = field(default_factory=Reply)  # always
    first: Sequence[Reply] = ()  # before that
    refuses: Sequence[Rule] = ()
    calls: tuple[int, int] = (1, 1)
    says: str = ""  # a pattern of the reason; else there is a result
    loses_last: bool = False  # of each list of entries; else all are kept
    models: Sequence[str] = ("m",)
    listing: Reply = field(default_factory=Reply)
    model: str | None = "m"  # in the settings
    options: Mapping[str, float] = field(default_factory=dict)  # that the provider sends, too
    address: str = "{url}"  # of which the server's own is a part


def refusing(is_refused: Callable[[dict[str, Any]], bool], words: str, **reply: Any) -> Rule:
    """A rule about the body of a request; says the words in OpenAI's form, or as the reply does."""
    usual = {"status": 400, "error": {"message": words, "type": "invalid_request_error"}}

    def rule(request: Request) -> Reply | None:
        return Reply(**{**usual, **reply}) if is_refused(request.body) else None

    return rule


def said(status: int, body: object, **reply: Any) -> Reply:
    return Reply(status=status, body=json.dumps(body).encode(), **reply)


def wrapped(before: str, after: str = "") -> Reply:
    return Reply(change=lambda example: f"{before}{json.dumps(example)}{after}")


def in_one_entry(**fields: Any) -> Reply:
    """The last entry of each list has these fields, if it has fields of their names."""

    def change(example: dict[str, Any]) -> str:
        for entries in example.values():
            if isinstance(entries, list):
                entries[-1] |= {name: fields[name] for name in fields if name in entries[-1]}
        return json.dumps(example)

    return Reply(change=change)


def kind_of_format(body: dict[str, Any]) -> str:
    return str(body.get("response_format", {}).get("type", ""))


def roles(body: dict[str, Any]) -> list[str]:
    return [message["role"] for message in body["messages"]]


def has_schema_with(*words: str) -> Callable[[dict[str, Any]], bool]:
    return lambda body: any(word in json.dumps(body.get("response_format")) for word in words)


def needs_a_limit(*names: str) -> Rule:
    """Without one of these, the answer ends after 256 tokens."""

    def rule(request: Request) -> Reply | None:
        limits = [request.body[name] for name in names if name in request.body]
        return None if max(limits, default=0) > 1_000 else Reply(text='{"us', incomplete="length")

    return rule


def streaming(words: str, **reply: Any) -> Rule:
    return refusing(lambda body: "stream" in body, words, **reply)


def stream(change: Callable[[list[bytes]], list[bytes]]) -> Reply:
    """Changes its events, where it is one."""
    return Reply(change_stream=change)


def with_comments(lines: list[bytes]) -> list[bytes]:
    return [b": OPENROUTER PROCESSING\n\n" + line for line in lines]


def otherwise(lines: list[bytes]) -> list[bytes]:
    return [line.replace(b"data: ", b"data:").replace(b"\n", b"\r\n") for line in lines]


def _chunks(lines: list[bytes]) -> list[Any]:
    return [json.loads(line.removeprefix(b"data: ")) for line in lines[:-1]]


def in_one(lines: list[bytes]) -> list[bytes]:
    """Of the whole answer, as if it had not been asked for in pieces."""
    first, *others = _chunks(lines)
    texts = [one["choices"][0]["delta"].get("content", "") for one in others[:-1]]
    choice = {"message": {"role": "assistant", "content": "".join(texts)}, "finish_reason": "stop"}
    return [as_lines({**first, "choices": [choice]})]


def with_nulls(lines: list[bytes]) -> list[bytes]:
    changed = [as_lines({"id": "x", "object": "chat.completion.chunk", "choices": []})]
    for chunk in _chunks(lines):
        for choice in chunk["choices"]:
            if not choice["finish_reason"]:
                nothing = {"role": None, "tool_calls": None, "reasoning_content": None}
                choice["delta"] = {**nothing, **choice["delta"]} if choice["delta"] else None
        changed.append(as_lines({"usage": None, "error": None, **chunk}))
    return [*changed, lines[-1]]


def error_event(code: int, message: str) -> list[bytes]:
    return [as_lines({"error": {"code": code, "message": message}}), b"data: [DONE]\n\n"]


def cant_chat(*models: str) -> Rule:
    """As Ollama says it."""
    return refusing(lambda body: body["model"] in models, '"it" does not support chat')


def is_azure(request: Request) -> Reply | None:
    path = "/v1/openai/deployments/d1/chat/completions?api-version=2024-10-21"
    is_right = request.path == path and request.headers["api-key"]
    return None if is_right else said(404, {"error": {"message": "Resource not found"}})


no_schema = refusing(
    lambda body: kind_of_format(body) == "json_schema",
    "This response_format type is unavailable now",
)
no_json_object = refusing(
    lambda body: kind_of_format(body) == "json_object",
    "'response_format.type' must be 'json_schema' or 'text'",
)
no_format = said(
    422,
    {"detail": [{"loc": ["body", "response_format"], "msg": "Extra inputs are not permitted"}]},
)
no_system = refusing(lambda body: "system" in roles(body), "System role not supported")
no_max_tokens = refusing(
    lambda body: "max_tokens" in body,
    "Unsupported parameter: 'max_tokens' is not supported with this model.",
)
BAD_JSON = {
    "message": "Failed to generate JSON. Please adjust your prompt.",
    "code": "json_validate_failed",
    "failed_generation": '{"users": "U", must:',
}
DAILY = {"code": 429, "message": "daily limit of this free model is used up"}
THOUGHT = 'I could say {"users": "x", "must": []} or {"competitors": [{"name": }]} or { '
DRAFT = '{"users": "D", "must": [{"name": "Draft", "what": "W", "why": "Y", "effort": "S"}]}'
EMBEDDERS = [
    "all-mpnet-base-v2",
    "mistral-ocr-latest",
    "text-Embedding-3",
    "BGE-m3",
    "all-MiniLM-L6",
    "jina-Reranker",
    "whisper-1",
    "tts-1",
]

PERSONALITIES = [
    # How the answer comes.
    Personality(
        "text in parts, thoughts first (microsoft/agent-framework #6978, Mistral)",
        Reply(
            message=lambda text: {
                "content": [
                    {"type": "thinking", "thinking": [{"type": "text", "text": DRAFT}]},
                    {"type": "text", "text": text[:20]},
                    {"type": "text", "text": text[20:]},
                ]
            }
        ),
    ),
    Personality(
        "an object, not its text", Reply(message=lambda text: {"content": json.loads(text)})
    ),
    Personality("thinks aloud (garrytan/gbrain #4640)", wrapped(f"<think>{THOUGHT}</think>")),
    Personality("thinks aloud, begun by a template", wrapped(f"{THOUGHT}{DRAFT}\n</think>\n\n")),
    Personality("thinks in brackets (Magistral)", wrapped(f"[THINK]{DRAFT}[/THINK]")),
    Personality(
        "thinks in a channel (gpt-oss)",
        wrapped(f"<|channel|>analysis<|message|>{DRAFT}<|end|><|channel|>final<|message|>"),
    ),
    Personality(
        "in a fence, words with braces around", wrapped("In {short}:\n```json\n", "\n```\n{}")
    ),
    Personality("in an object of its own", wrapped('{"answer": ', ', "ok": true}')),
    Personality(
        "no content, but reasoning_content (vllm #17349)",
        Reply(message=lambda text: {"content": None, "reasoning_content": text}),
    ),
    Personality(
        "no content, but reasoning (OpenRouter)",
        Reply(message=lambda text: {"content": "\n", "reasoning": text}),
    ),
    Personality(
        "packed, though not asked for (agent-vision-toolkit #36)",
        Reply(pack=gzip.compress, headers={"Content-Encoding": "gzip"}),
    ),
    Personality(
        "packed otherwise", Reply(pack=zlib.compress, headers={"Content-Encoding": "deflate"})
    ),
    Personality(
        "packed wrongly",
        Reply(headers={"Content-Encoding": "gzip"}),
        says="can't be read .it is not packed as it says",
    ),
    # What is in the answer.
    Personality("a null (cisco-ai-defense/aibom #55)", in_one_entry(pricing=None, weakness=None)),
    Personality(
        "capitals and words (langchain4j #4045)", in_one_entry(kind="Direct", effort="Medium")
    ),
    Personality("a number, a lone text", in_one_entry(pricing=9.99, why=3, strengths="fast")),
    Personality(
        "null lists and kinds", in_one_entry(strengths=None, kind=None, effort="Large (L)")
    ),
    Personality(
        "an entry that can't be read", in_one_entry(kind="both", effort="?"), loses_last=True
    ),
    Personality("an entry without a name", in_one_entry(name=" "), loses_last=True),
    # Errors with the status of an answer.
    Personality(
        "200 with an error for good (xaibo #36, OpenRouter)",
        said(200, {"error": DAILY}),
        calls=(2, 2),
        says="answered 429: daily limit of this free model is used up. Try again later. The model",
    ),
    Personality("200 with a passing error", first=[said(200, {"error": DAILY})], calls=(2, 1)),
    Personality("200, one word", first=[said(200, {"error": "overloaded"})], calls=(2, 1)),
    Personality(
        "200, in a list (Gemini)", first=[said(200, [{"error": {"code": 503}}])], calls=(2, 1)
    ),
    Personality(
        "200, by its words",
        first=[said(200, {"error": {"message": "Rate limit exceeded: free-models-per-min"}})],
        calls=(2, 1),
    ),
    Personality("200, FastAPI", first=[said(200, {"detail": "Rate limit exceeded"})], calls=(2, 1)),
    Personality(
        "200 for a bad key",
        said(200, {"error": {"type": "authentication_error", "message": "bad key"}}),
        says="answered 401: the API key was refused.+It said: bad key[.]",
    ),
    Personality(
        "200 for a form",
        refuses=[
            refusing(
                has_schema_with("maxItems"),
                "",
                status=200,
                body=b'{"error": {"message": "no json_schema", "type": "invalid_request_error"}}',
            )
        ],
        calls=(2, 1),
    ),
    Personality(
        "a busy system is not about the system message",
        first=[Reply(status=503, error={"message": "The system is busy: contact support."})],
        calls=(2, 1),
    ),
    Personality(
        "200 with words at its own place (MiniMax)",
        said(200, {"choices": None, "base_resp": {"status_code": 1004, "status_msg": "log in"}}),
        says="answered: log in[.] Check IDEARC_MODEL",
    ),
    Personality(
        "200 with a page",
        Reply(body=b"<!doctype html><p>Log in", headers={"Content-Type": "text/html"}),
        says="in a form that can't be read .no choices.+OPENAI_BASE_URL ends where the API begins",
    ),
    Personality(
        "200 with nonsense", said(200, {"choices": {"a": 1}}), says="in a form that can't be read"
    ),
    Personality("200, too deep", Reply(body=b"[" * 200_000), says="in a form that can't be read"),
    Personality(
        "a content filter without a message",
        said(200, {"choices": [{"finish_reason": "content_filter: PROHIBITED", "message": None}]}),
        says="its answer was whole: content_filter: PROHIBITED[.]",
    ),
    Personality(
        "200 with an error in a choice",
        said(200, {"error": None, "choices": [{"error": {"code": 502, "message": "upstream"}}]}),
        calls=(2, 2),
        says=r"answered 502: it is overloaded or broken \(upstream\)",
    ),
    Personality(
        "200, no such path (lmstudio-bug-tracker #618)",
        said(200, {"error": "Unexpected endpoint or method. (POST /chat/completions)"}),
        says="Unexpected endpoint or method.+Check that OPENAI_BASE_URL ends where the API begins",
    ),
    # What is refused of a request.
    Personality(
        "no maxItems (beeai-framework #1215, Groq, Cerebras)",
        refuses=[refusing(has_schema_with("maxItems"), "invalid JSON schema: `maxItems`")],
        calls=(2, 1),
    ),
    Personality(
        "no $ref, in a list (Gemini)",
        refuses=[
            lambda request: (
                said(400, [{"error": {"message": 'Unknown name "$ref" at schema'}}])
                if has_schema_with("$ref", "$defs", "maxItems")(request.body)
                else None
            )
        ],
        calls=(2, 1),
    ),
    Personality("no schema (Vane #969, khoj #1336, DeepSeek)", refuses=[no_schema], calls=(3, 1)),
    Personality(
        "no schema, as text (TGI)",
        refuses=[
            refusing(
                lambda body: kind_of_format(body) == "json_schema",
                "",
                status=422,
                body=b"response_format: unknown variant `json_schema`, expected `json_object`",
            )
        ],
        calls=(3, 1),
    ),
    Personality("neither schema nor JSON", refuses=[no_schema, no_json_object], calls=(4, 1)),
    Personality(
        "no response_format (FastAPI)",
        refuses=[lambda request: no_format if kind_of_format(request.body) else None],
        calls=(4, 1),
    ),
    Personality("no system message (sglang #892)", refuses=[no_system], calls=(2, 1)),
    Personality(
        "no system message, as its own error (llama.cpp with Gemma's template)",
        refuses=[refusing(lambda b: "system" in roles(b), "System role not supported", status=500)],
        calls=(2, 1),
    ),
    Personality("neither system nor schema", refuses=[no_system, no_schema], calls=(4, 1)),
    Personality(
        "no empty message (synaplan #1115)",
        first=[Reply(text="")],
        refuses=[
            refusing(
                lambda body: not all(message["content"] for message in body["messages"]),
                "messages: text content must be non-empty",
            )
        ],
        calls=(2, 1),
    ),
    Personality(
        "says what the model wrote (Groq)", first=[Reply(status=400, error=BAD_JSON)], calls=(2, 1)
    ),
    Personality(
        "always says what the model wrote",
        Reply(status=400, error=BAD_JSON),
        calls=(2, 2),
        says="wrong form twice .it is no valid JSON.",
    ),
    Personality(
        "256 tokens (mlx-openai-server #78)", refuses=[needs_a_limit("max_tokens")], calls=(2, 1)
    ),
    Personality(
        "256 tokens, and not that limit",
        refuses=[no_max_tokens, needs_a_limit("max_completion_tokens")],
        calls=(3, 1),
    ),
    Personality(
        "256 tokens, and ignores that limit",
        refuses=[needs_a_limit("max_completion_tokens")],
        calls=(3, 1),
    ),
    Personality(
        "256 tokens, whatever",
        Reply(incomplete="length"),
        calls=(3, 3),
        says="its answer was whole",
    ),
    Personality(
        "4,096 tokens are too many (vLLM)",
        refuses=[
            refusing(
                lambda body: body.get("max_tokens", 0) > 3_000,
                "'max_tokens' is too large: 4096. This model's maximum context length is 4096",
            ),
            needs_a_limit("max_tokens"),
        ],
        calls=(3, 1),
    ),
    Personality(
        "cut off, as its own error (Groq)",
        refuses=[
            refusing(
                lambda body: "max_tokens" not in body,
                "",
                error={
                    "message": "max completion tokens reached before generating a valid document",
                    "code": "json_validate_failed",
                },
            )
        ],
        calls=(2, 1),
    ),
    *(
        Personality(
            name, refuses=[refusing(lambda body: "system" in roles(body), words)], calls=(2, 1)
        )
        for name, words in {
            "no system (LM Studio)": "Only user and assistant roles are supported!",
            "no system (pydantic)": "body.messages.0.role: Input should be 'user' or 'assistant'",
            "no system (serde)": "messages[0].role: unknown variant `system`, expected `user`",
            "no system (Gemini)": "Please use a valid role: user, model.",
            "no system (Mistral 7B)": "Conversation roles must alternate user/assistant/user",
        }.items()
    ),
    Personality(
        "no system message, as 404 (mlx_lm)",
        refuses=[refusing(lambda b: "system" in roles(b), "System role not supported", status=404)],
        calls=(2, 1),
    ),
    # What no other request mends.
    *(
        Personality(f"not about the form: {words[:40]}", said(status, {"error": words}), says=words)
        for status, words in [
            (400, "400 tokens in the messages, 90 in the schemas: context_length_exceeded"),
            (400, "Invalid model name passed in model=nuextract-schema"),
            (400, "the system prompt or user message was flagged by moderation"),
            (404, "The model `m` does not exist or you do not have access to it"),
        ]
    ),
    Personality(
        "not clear what about",  # perhaps it can't stream
        said(400, {"error": "Request body must be a JSON object"}),
        calls=(2, 2),
        says="400: Request body must be a JSON object",
    ),
    Personality(
        "502 of a gateway",
        said(502, {"error": "Upstream returned invalid JSON"}),
        calls=(2, 2),
        says="502: it is overloaded or broken .Upstream returned invalid JSON",
    ),
    Personality(
        "not for you",
        said(403, {"message": "You are not authorized to use chat completions"}),
        models=["a", "m"],
        model=None,
        says="403: You are not authorized to use chat completions.+model asked was 'a', which I",
    ),
    Personality(
        "bad key with 400 (LiteLLM)",
        said(400, {"error": {"message": "No connected db.", "code": "400"}}),
        calls=(2, 2),
        says="answered 400: No connected db. Check IDEARC_MODEL, OPENAI_BASE_URL and the key",
    ),
    Personality(
        "unknown model with 400",
        said(400, {"error": "model 'm' not found, try pulling it first"}),
        says="400: model 'm' not found, try pulling it first.+The model asked was 'm'[.]$",
    ),
    Personality("words of FastAPI", said(403, {"detail": "Not you"}), says="403: Not you[.]"),
    Personality(
        "several words",
        said(404, {"errors": [{"message": "a"}, {"message": "b"}]}),
        says="404: a: b",
    ),
    Personality("bare words", said(402, {"message": "Pay first."}), says="402: Pay first[.] Check"),
    Personality(
        "words of the server behind it (OpenRouter)",
        said(400, {"error": {"message": "Provider", "metadata": {"raw": '{"error": "too long"}'}}}),
        calls=(2, 2),  # it may not be able to stream, and not say so
        says="400: Provider: too long",
    ),
    Personality(
        "a limit of a day",
        said(429, {"error": {"message": "no free requests left today"}}),
        calls=(2, 2),
        says="429: no free requests left today. Try again later. The model asked was 'm'[.]",
    ),
    # Streams.
    Personality(
        "no streams",
        refuses=[streaming("Streaming is not supported with response_format.")],
        calls=(2, 1),
    ),
    Personality("no streams, without a word", refuses=[streaming("Bad request")], calls=(2, 1)),
    Personality("no streams, with 501", refuses=[streaming("", status=501)], calls=(3, 1)),
    Personality("no streams, but an answer", Reply(streams=False)),
    Personality(
        "no usage in streams (Mistral)",
        refuses=[
            refusing(
                lambda body: "stream_options" in body,
                "",
                body=json.dumps(
                    {"detail": [{"loc": ["body", "stream_options"], "msg": "Extra inputs"}]}
                ).encode(),
            )
        ],
        calls=(2, 1),
    ),
    Personality("a stream without usage and end", stream(lambda lines: lines[:-2])),
    Personality("a stream with comments (OpenRouter)", stream(with_comments)),
    Personality("a stream without spaces, and with other ends of lines", stream(otherwise)),
    Personality("a stream that stays open", Reply(stays_open=True)),
    Personality("a stream in single bytes", Reply(seconds_per_byte=1e-9)),
    Personality("a stream of one event", stream(in_one)),
    Personality("a stream of nulls", stream(with_nulls)),
    Personality("a stream that stops half-way", stream(lambda all_: all_[:50]), calls=(2, 1)),
    Personality("a stream that is cut off", first=[Reply(reset_after=0.5)], calls=(2, 1)),
    Personality("a stream of no JSON", stream(lambda all_: [b"data: {\n\n", *all_]), calls=(2, 1)),
    Personality(
        "an error as an event, once (OpenRouter)",
        first=[stream(lambda lines: [*lines[:9], *error_event(502, "Provider disconnected")])],
        calls=(2, 1),
    ),
    Personality(
        "an error as an event (vLLM)",
        stream(lambda lines: [*lines[:9], *error_event(400, "Broken pipe")]),
        calls=(2, 1),
    ),
    # Addresses and models.
    Personality(
        "Azure",
        refuses=[is_azure],
        address="{url}/openai/deployments/d1?api-version=2024-10-21",
        model=None,
    ),
    Personality(
        "Azure, with the whole address that it gives to copy",
        refuses=[is_azure],
        address="{url}/openai/deployments/d1/chat/completions?api-version=2024-10-21",
        model=None,
    ),
    Personality("the address of an answer", address="{url}/chat/completions/"),
    Personality("first model that can chat", models=[*EMBEDDERS, "m", "n"], model=None),
    Personality(
        "a model that can't chat, by its name unseen",
        refuses=[cant_chat("a", "b")],
        models=["a", "b", "m"],
        model=None,
        calls=(3, 1),
    ),
    Personality(
        "three that can't chat",
        refuses=[cant_chat("a", "b", "c")],
        models=["a", "b", "c"],
        model=None,
        calls=(3, 0),
        says="does not support chat.+model asked was 'c', which Idearc picked|offers no model that",
    ),
    Personality(
        "only embeddings",
        models=EMBEDDERS,
        model=None,
        calls=(0, 0),
        says="offers no model that can chat, but all-mpnet-base-v2, mistral-ocr.+IDEARC_MODEL",
    ),
    Personality(
        "a bare list of models (Together)",
        listing=said(200, [{"id": "x", "type": "image"}, {"id": "m", "type": "chat"}]),
        model=None,
    ),
    Personality(
        "says what its models can do (Mistral)",
        listing=said(
            200,
            {"data": [{"id": "x", "capabilities": {"completion_chat": False}}, {"id": "m"}]},
        ),
        model=None,
    ),
    Personality(
        "no list of models",
        listing=said(404, {"detail": "Not Found"}),
        model=None,
        calls=(0, 0),
        says="has no list of models to choose from. Name one with IDEARC_MODEL",
    ),
    Personality(
        "no list of models, with 200 (lmstudio-bug-tracker #618)",
        listing=said(200, {"error": "Unexpected endpoint or method. (GET /models)"}),
        model=None,
        calls=(0, 0),
        says="Unexpected endpoint.+Check that OPENAI_BASE_URL ends where the API begins",
    ),
]
