"""How a question is put to a server, and how more plainly where it is refused; no I/O."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from idearc.providers.messages import Message, Schema, joined, only_json
from idearc.providers.refusal import Refusal

Options = Mapping[str, Any]

# What is asked for where somebody wants to see an answer while it is written.
STREAMING: Options = {"stream": True, "stream_options": {"include_usage": True}}

# How many tokens are asked for where a server stops far too early by itself, and where that is too
# much for it: a good answer takes fewer.
_LIMITS = (4_096, 2_048)

# Keywords that the strict mode of some server refuses.
_REFUSED_KEYWORDS = {
    *("minItems", "maxItems", "uniqueItems", "minLength", "maxLength", "pattern", "format"),
    *("minimum", "maximum", "multipleOf", "title", "default", "$defs"),
}

_ABOUT_REQUEST = {400, 415, 422, 501}  # a status that is about nothing else
_REFUSED = {400, 404, 415, 422, 500, 501}  # a status that may be about the request's form

# In the words of a refusal, or in its code, type or parameter:
_ABOUT_SOMETHING_ELSE = re.compile(
    r"context.?(length|size|window)|maximum context|content.?(policy|filter|management)|flagged|"
    r"moderation|api.?key|(invalid|unknown|no such) model|model.{0,60}(not.?found|not exist)",
    re.I,
)
_ABOUT_SYSTEM = re.compile(
    r"\bsystem\b.{0,60}\b(roles?|messages?|prompts?|instructions?|(not|n't|un) ?support)|"
    r"\broles?\b.{0,80}\b(system|user|alternate)|\buser\b.{0,40}\broles\b|"
    r"(variant|value)\W{1,4}system\b|developer instruction",
    re.I | re.S,
)
_ABOUT_SCHEMA = re.compile(
    r"response.?format|json_(schema|object)|json.?mode|schema|\bgrammar|\bguided_|"
    r"structured.?output|m(in|ax)items|additionalproperties|\$(ref|defs)",
    re.I,
)
_TOO_LARGE = re.compile(r"too (large|long|many|high)|maximum|at most|exceed|<=", re.I)
_WROTE_BAD_JSON = re.compile(
    r"json_validate_failed|fail\w* to (generate|validate)( \w+)? json(?!.?schema)|"
    r"(model|generated|output)\b.{0,40}\b(invalid|malformed|not( a)? valid) json",
    re.I,
)
_CUT_OFF = re.compile(r"max.?(completion.?)?tokens reached", re.I)
_CANT_CHAT = re.compile(
    r"(not|n't) support(ed)?\b.{0,20}\b(chat|generat)|not a chat model|is an? embedding model|"
    r"\bchat\b.{0,30}\bnot supported",
    re.I,
)

Answer = Literal["schema", "simple schema", "json_object", "words"]
_ANSWERS: Sequence[Answer] = get_args(Answer)


@dataclass(frozen=True)
class Form:
    """How a question is put. The first one is for servers that keep to OpenAI's API."""

    answer: Answer = "schema"
    has_system: bool = True
    limit_names: Sequence[str] = ("", "max_tokens", "max_completion_tokens")  # the first is sent
    limit: int = _LIMITS[0]
    left_out: frozenset[str] = frozenset()  # names of options that were refused

    def plainer(self, refusal: Refusal, options: Collection[str]) -> "Form | None":
        """The next form, where the refusal is about this one: one step at a time."""
        said = _said(refusal)
        if refusal.status not in _REFUSED:
            return None
        if _CUT_OFF.search(said):
            return self.with_next_limit()
        if self.limit_names[0] and (self.limit_names[0] in said or _TOO_LARGE.search(said)):
            if _TOO_LARGE.search(said) and self.limit > _LIMITS[-1]:
                return replace(self, limit=_LIMITS[-1])
            return self.with_next_limit()
        if _ABOUT_SOMETHING_ELSE.search(said):
            return None
        asked_for = set(options) - self.left_out
        for option in sorted(asked_for, key=len, reverse=True):
            if re.search(rf"\b{option}", said, re.I):
                return self.without_streaming() if option == "stream" else self.without(option)
        if self.has_system and is_about_system(refusal):
            return replace(self, has_system=False)
        if self.answer != _ANSWERS[-1] and _ABOUT_SCHEMA.search(said):
            return replace(self, answer=_ANSWERS[_ANSWERS.index(self.answer) + 1])
        is_unclear = refusal.status in _ABOUT_REQUEST and not cant_chat(refusal)
        if is_unclear and "stream" in asked_for:
            return self.without_streaming()
        return None

    def without(self, *options: str) -> "Form":
        return replace(self, left_out=self.left_out.union(options))

    def without_streaming(self) -> "Form":
        return self.without(*STREAMING)

    def with_next_limit(self) -> "Form | None":
        """For an answer that was cut off: some servers know one limit, some the other."""
        others = self.limit_names[1:]
        return replace(self, limit_names=others) if others else None

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
            **({self.limit_names[0]: self.limit} if self.limit_names[0] else {}),
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
        return {
            # The names of properties are no keywords.
            key: {name: plain(one) for name, one in value.items()}
            if key == "properties"
            else plain(value)
            for key, value in part.items()
            if key not in _REFUSED_KEYWORDS
        }

    simplified: Schema = plain(schema)
    return simplified


def is_about_system(refusal: Refusal) -> bool:
    """Whether there may be no system message."""
    said = _said(refusal)
    is_about = refusal.status in _REFUSED and _ABOUT_SYSTEM.search(said)
    return bool(is_about) and not _ABOUT_SOMETHING_ELSE.search(said)


def wrote_bad_json(refusal: Refusal) -> bool:
    """Whether it is not the request that is refused, but what the model wrote."""
    said = _said(refusal)
    is_bad = _WROTE_BAD_JSON.search(said) and not _CUT_OFF.search(said)
    return refusal.status in {400, 422} and bool(is_bad)


def cant_chat(refusal: Refusal) -> bool:
    """Whether the model is for something else."""
    return refusal.status in _REFUSED and bool(_CANT_CHAT.search(refusal.words))


def _said(refusal: Refusal) -> str:
    return f"{refusal.words} {refusal.names}"
