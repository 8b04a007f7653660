"""What is said to a model, as the messages of a conversation; no I/O."""

import functools
import json
from typing import Any

import openai
from openai.types.responses import EasyInputMessageParam as Message

from idearc.jobs.job import JobAnswer, Question, describe, material
from idearc.models import Idea

Schema = dict[str, Any]
__all__ = ["Message", "Schema", "follow_up", "joined", "only_json", "opening", "schema_of"]


@functools.cache
def schema_of(answer: type[JobAnswer]) -> Schema:
    return openai.pydantic_function_tool(answer)["function"]["parameters"]


def opening(question: Question, idea: Idea) -> list[Message]:
    """The instructions, the examples, the idea."""
    messages = [Message(role="system", content=question.instructions)]
    for text, good in question.examples:
        messages.append(Message(role="user", content=material(text)))
        messages.append(Message(role="assistant", content=good.model_dump_json()))
    return [*messages, Message(role="user", content=describe(idea, question))]


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
