"""The settings choose the concrete kinds."""

import pytest
from conftest import API_KEY

from idearc.bootstrap import build_provider
from idearc.providers.compatible import CompatibleProvider
from idearc.providers.embedded import EmbeddedProvider
from idearc.providers.openai import OpenAIProvider
from idearc.settings import read_settings

URL = "http://127.0.0.1:9/v1"


@pytest.mark.parametrize(
    ("variables", "kind", "server"),
    [
        ({"OPENAI_API_KEY": API_KEY}, OpenAIProvider, "api.openai.com"),
        ({"OPENAI_BASE_URL": URL}, CompatibleProvider, "127.0.0.1:9"),
        ({"OPENAI_BASE_URL": URL, "OPENAI_API_KEY": API_KEY}, CompatibleProvider, "127.0.0.1:9"),
        ({}, EmbeddedProvider, None),
    ],
)
def test_the_provider_follows_from_the_settings(
    monkeypatch: pytest.MonkeyPatch, variables: dict, kind: type, server: str | None
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    settings = read_settings()
    provider = build_provider(settings)
    assert type(provider) is kind
    assert (settings.answers == "embedded") is (kind is EmbeddedProvider)
    assert settings.job_seconds == (100 if kind is OpenAIProvider else 300)
    if server:
        assert provider.server == server
