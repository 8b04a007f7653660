"""What is said to a model, as the messages of a conversation; no I/O."""

import json
from collections.abc import Iterable
from typing import Any

import openai
from openai.types.responses import EasyInputMessageParam as Message
from pydantic import BaseModel

from idearc.jobs.job import Question

Schema = dict[str, Any]
__all__ = [
    "Message",
    "Schema",
    "conversation",
    "follow_up",
    "joined",
    "only_json",
    "opening",
    "schema_of",
]


def schema_of(answer: type[BaseModel]) -> Schema:
    return openai.pydantic_function_tool(answer)["function"]["parameters"]


def opening(question: Question[Any], material: str) -> list[Message]:
    """The instructions, the examples, and what it is about."""
    examples = [(text, good.model_dump_json()) for text, good in question.examples]
    return conversation(question.instructions, examples, material)


def conversation(
    instructions: str, examples: Iterable[tuple[str, str]], material: str
) -> list[Message]:
    messages = [Message(role="system", content=instructions)]
    for text, good in examples:
        messages.append(Message(role="user", content=text))
        messages.append(Message(role="assistant", content=good))
    return [*messages, Message(role="user", content=material)]


def follow_up(messages: list[Message], text: str, problem: str, schema: Schema) -> list[Message]:
    """The conversation goes on after an answer that can't be used."""
    words = f"That can't be used: {problem}. Answer again, with {only_json(schema)}"
    if not text.strip():  # an empty message is refused by some servers
        return [*messages[:-1], joined(messages[-1], words)]
    return [
        *messages,
        Message(role="assistant", content=text),
        Message(role="user", content=words),
    ]


def joined(message: Message, words: str) -> Message:
    """The message with more words at its end."""
    return Message(role=message["role"], content=f"{message['content']}\n\n{words}")


def only_json(schema: Schema) -> str:
    """The schema in words."""
    compact = json.dumps(schema, separators=(",", ":"))
    return f"nothing but one JSON object that matches this schema: {compact}"
