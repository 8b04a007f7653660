"""The settings, read once from the environment or from a `.env` file."""

import json
import os
import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from idearc.errors import IdearcError

_HOST = r"(?:[\w.-]+|\[[\da-fA-F:.]+\])"  # a name, an address, or one of IPv6 in brackets


def data_folder() -> Path:
    """Where this user's ideas and the model are kept, unless the settings say otherwise."""
    return user_data_path("idearc", appauthor=False)


def _default_database_url() -> str:
    return f"sqlite:///{data_folder() / 'idearc.db'}"


class Settings(BaseSettings):
    """Each field is the environment variable of the same name, in capitals, with IDEARC_ before
    it; those of OpenAI and Temporal have the names that these give them.

    An empty variable counts as not set.
    """

    model_config = SettingsConfigDict(
        env_prefix="IDEARC_",
        env_file=".env",  # in the working directory
        env_ignore_empty=True,
        extra="ignore",
        str_strip_whitespace=True,
    )

    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(default=None, validation_alias="OPENAI_BASE_URL")
    model: str | None = None
    model_path: Path | None = None
    warm_up: bool = True
    search: str = "duckduckgo"
    database_url: str = Field(default_factory=_default_database_url)
    runner: Literal["threads", "temporal"] = "threads"
    tick_seconds: float = Field(default=5, ge=0.1, allow_inf_nan=False)
    max_ticks: int | None = Field(default=None, ge=1)
    max_jobs: int = Field(default=16, ge=1)
    job_timeout: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    max_attempts: int = Field(default=6, ge=1)
    allow_anonymous: bool = False
    ideas_per_hour: int = Field(default=20, ge=1)
    jobs_per_visitor: int = Field(default=10, ge=2)
    jobs_per_second: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    metrics_port: str | None = None
    temporal_address: str = Field(default="127.0.0.1:7233", validation_alias="TEMPORAL_ADDRESS")
    temporal_namespace: str = Field(default="default", validation_alias="TEMPORAL_NAMESPACE")
    temporal_api_key: SecretStr | None = Field(default=None, validation_alias="TEMPORAL_API_KEY")

    @property
    def openai_host(self) -> str | None:
        """OpenAI's own, the usual one or that of a region; None where another server is set."""
        host = urlsplit(self.openai_base_url or "https://api.openai.com").hostname or ""
        return host if f".{host.rstrip('.')}".endswith(".api.openai.com") else None

    @property
    def answers(self) -> Literal["compatible", "openai", "embedded"]:
        """Which kind of provider answers."""
        if not self.openai_host:
            return "compatible"
        return "openai" if self.openai_api_key else "embedded"

    @property
    def search_goes_to(self) -> str:
        """Who gets search phrases, in words; empty where nobody does, or the model searches."""
        if self.answers == "openai" or self.search == "off":
            return ""
        if self.search == "duckduckgo":
            return "DuckDuckGo and other search engines"
        return f"the SearXNG at {urlsplit(self.search).netloc.rpartition('@')[2]}"

    @property
    def ticks(self) -> int:
        """How often an open workspace looks: what is set, or 2 minutes, 6 with the small model."""
        return self.max_ticks or (72 if self.answers == "embedded" else 24)

    @property
    def jobs_at_once(self) -> int:
        """In one process; the small model takes one run after the other."""
        return 1 if self.answers == "embedded" else self.max_jobs

    @property
    def job_seconds(self) -> float:
        """How long one run may take: what is set, or what fits those who answer."""
        return self.job_timeout or (100 if self.answers == "openai" else 300)

    @field_validator("openai_api_key", "temporal_api_key")
    @classmethod
    def _fits_a_header(cls, key: SecretStr | None) -> SecretStr | None:
        stripped = key.get_secret_value().strip() if key else ""
        if not (stripped.isascii() and all(char.isprintable() for char in stripped)):
            raise ValueError("it holds characters that no API key has")
        return SecretStr(stripped) if stripped else None

    @field_validator("openai_base_url")
    @classmethod
    def _is_an_http_address(cls, url: str | None) -> str | None:
        if not _is_http(url or "http://localhost"):
            raise ValueError("not an address like http://127.0.0.1:11434/v1")
        return url

    @field_validator("search")
    @classmethod
    def _is_a_searcher(cls, search: str) -> str:
        if search.casefold() in {"duckduckgo", "off"}:
            return search.casefold()
        if not _is_http(search):
            raise ValueError("not duckduckgo, off or an address like http://127.0.0.1:8888")
        return search

    @field_validator("metrics_port")
    @classmethod
    def _is_a_port(cls, address: str | None) -> str | None:
        found = re.fullmatch(rf"(?:{_HOST}:)?(\d{{1,5}})", address or "1")
        if not found or not 0 < int(found[1]) < 65536:
            raise ValueError("not a port like 9464, or an address and a port like 0.0.0.0:9464")
        return address

    @field_validator("temporal_address")
    @classmethod
    def _is_host_and_port(cls, address: str) -> str:
        if not re.fullmatch(rf"{_HOST}:\d{{1,5}}", address):
            raise ValueError("not a host and a port like 127.0.0.1:7233")
        return address


def _is_http(url: str) -> bool:
    try:
        address = urlsplit(url)
        return address.scheme in {"http", "https"} and bool(address.hostname) and address.port != 0
    except ValueError:  # its text may quote a piece of the address
        return False


def read_settings() -> Settings:
    """The settings of this process. Raises IdearcError, which names every wrong variable."""
    try:
        # It takes what its type does not say.
        return Settings(_env_file_encoding=_env_encoding())  # type: ignore[call-arg]
    except ValidationError as error:
        problems = [
            f"{_assignment(str(problem['loc'][0]), str(problem['input']))} can't be used: "
            f"{problem['msg'].removeprefix('Value error, ')}."
            for problem in error.errors(include_url=False)
        ]
        raise IdearcError(
            " ".join([*problems, "Correct it in the environment or in .env, then start again."])
        ) from None


def unknown_variables() -> Sequence[str]:
    """What to say of each variable with a name like Idearc's own that Idearc doesn't read."""
    known = [
        _variable(field.validation_alias or name) for name, field in Settings.model_fields.items()
    ]
    in_file = dotenv_values(".env", encoding=_env_encoding())
    there = {name.upper() for name in [*os.environ, *in_file]}
    problems = []
    for name in sorted(name for name in there.difference(known) if name.startswith("IDEARC_")):
        meant = get_close_matches(name, known, n=1, cutoff=0.8)
        instead = f"Is {meant[0]} meant? " if meant else ""
        problems.append(f"Idearc doesn't read {name}. {instead}Correct it, or take it away.")
    return problems


def _env_encoding() -> str:
    """How the text of `.env` is encoded: PowerShell's `>` writes UTF-16. Raises IdearcError."""
    file = Path(".env")
    if not file.is_file():  # a folder of that name is somebody else's
        return "utf-8"
    try:
        content = file.read_bytes()
        encoding = json.detect_encoding(content)  # by its first bytes; JSON or not is the same here
        content.decode(encoding)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise IdearcError(
            f"The file .env can't be read: {why}. Correct it, or save it anew as UTF-8, then start "
            "again."
        ) from error
    return encoding


def _variable(field: object) -> str:
    """Its name, of a field's name or alias."""
    return str(field) if str(field).isupper() else f"IDEARC_{str(field).upper()}"


def _assignment(field: str, value: str) -> str:
    """The variable and its value; the value is left out where it may be or hold a secret."""
    variable = _variable(field)
    return variable if variable.endswith("_API_KEY") or "@" in value else f"{variable}={value!r}"
