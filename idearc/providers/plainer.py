"""How a question is put to a server, and how more plainly where it is refused; no I/O."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from idearc.providers.messages import Message, Schema, joined, only_json
from idearc.providers.reasons import Refusal

Options = Mapping[str, float]

# Asked for where a server stops far too early by itself: several times what a good answer takes,
# and what servers with a limit of their own still give.
ENOUGH_TOKENS = 4_096

# What is no part of strict modes (https://platform.openai.com/docs/guides/structured-outputs), or
# of some of them.
_NOT_STRICT = {
    *("minItems", "maxItems", "uniqueItems", "minLength", "maxLength", "pattern", "format"),
    *("minimum", "maximum", "multipleOf", "title", "default", "$defs"),
}

_WROTE_BAD_JSON = re.compile(
    r"json_validate_failed|fail\w* to (generate|validate|parse)( \w+)? json|"
    r"(generated|produced|returned|output)\b.{0,30}\b(invalid|malformed|not( a)? valid) json",
    re.I,
)
_ABOUT_SYSTEM = re.compile(
    r"system.?(role|message|prompt|instruction)|roles?\b.{0,40}\bsystem|developer instruction|"
    r"roles must alternate",
    re.I,
)
_ABOUT_SCHEMA = re.compile(
    r"response.?format|json.?(schema|object|mode)|schema|grammar|guided|structured.?output|"
    r"m(in|ax)items|additionalproperties|\$(ref|defs)",
    re.I,
)
_CANT_CHAT = re.compile(
    r"(not|n't) (support|a)\w*\b.{0,20}\bchat|chat\b.{0,30}\bnot supported|"
    r"(not|n't) support.{0,20}\bgenerat|embedding model",
    re.I,
)


@dataclass(frozen=True)
class Form:
    """How a question is put. The first one is for servers that keep to OpenAI's API."""

    answer: Literal["schema", "simple schema", "json_object", "words"] = "schema"
    has_system: bool = True
    limits: Sequence[str] = ("", "max_tokens", "max_completion_tokens")  # the first one is used
    left_out: frozenset[str] = frozenset()  # of the options

    def plainer(self, refusal: Refusal, options: Collection[str]) -> "Form | None":
        """The next form, where the refusal is about this one: one step at a time."""
        if refusal.status not in {400, 415, 422, 500, 501}:
            return None
        said = f"{refusal.words} {refusal.names}"
        if self.limits[0] and re.search(rf"\b{self.limits[0]}\b", said):
            return self.longer()
        for option in set(options) - self.left_out:
            if option in said:
                return replace(self, left_out=self.left_out | {option})
        if self.has_system and _ABOUT_SYSTEM.search(said):
            return replace(self, has_system=False)
        if _ABOUT_SCHEMA.search(said):
            match self.answer:
                case "schema":
                    return replace(self, answer="simple schema")
                case "simple schema":
                    return replace(self, answer="json_object")
                case "json_object":
                    return replace(self, answer="words")
        return None

    def longer(self) -> "Form | None":
        """The next form, where an answer was cut off: servers know this limit or that one."""
        return replace(self, limits=self.limits[1:]) if len(self.limits) > 1 else None

    def request(
        self, job_name: str, messages: Sequence[Message], schema: Schema, options: Options
    ) -> dict[str, Any]:
        """What is sent, but for the model."""
        system, *others = messages
        response_format: dict[str, Any] = {"type": "json_object"}
        if self.answer in {"schema", "simple schema"}:
            whole = schema if self.answer == "schema" else simple(schema)
            wanted = {"name": job_name, "strict": True, "schema": whole}
            response_format = {"type": "json_schema", "json_schema": wanted}
        else:
            system = joined(system, f"Answer with {only_json(schema)}")
        if self.has_system:
            others = [system, *others]
        else:
            user = Message(role="user", content=system["content"])
            others[0] = joined(user, str(others[0]["content"]))
        return {
            "messages": others,
            **({} if self.answer == "words" else {"response_format": response_format}),
            **({self.limits[0]: ENOUGH_TOKENS} if self.limits[0] else {}),
            **{name: value for name, value in options.items() if name not in self.left_out},
        }


def simple(schema: Schema) -> Schema:
    """The schema with nothing but what all strict modes know, each definition where it is used."""
    definitions = schema.get("$defs", {})

    def plain(part: Any) -> Any:
        if isinstance(part, list):
            return [plain(one) for one in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            name = part["$ref"].rsplit("/", 1)[1]
            part = {**definitions[name], **{key: part[key] for key in part if key != "$ref"}}
        kept = {key: plain(one) for key, one in part.items() if key not in _NOT_STRICT}
        if "properties" in part:  # whose names are not keywords
            kept["properties"] = {key: plain(one) for key, one in part["properties"].items()}
        return kept

    simplified: Schema = plain(schema)
    return simplified


def wrote_bad_json(refusal: Refusal) -> bool:
    """Whether it is not the request that is refused, but what the model wrote."""
    return bool(_WROTE_BAD_JSON.search(f"{refusal.words} {refusal.names}"))


def cant_chat(refusal: Refusal) -> bool:
    """Whether the model is for something else."""
    return bool(_CANT_CHAT.search(refusal.words))
