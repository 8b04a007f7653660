"""The settings choose the concrete kinds."""

import pytest
from conftest import API_KEY

from idearc.bootstrap import build_provider
from idearc.errors import ProviderError
from idearc.providers.compatible import CompatibleProvider
from idearc.providers.openai import OpenAIProvider
from idearc.settings import read_settings

URL = "http://127.0.0.1:9/v1"


@pytest.mark.parametrize(
    ("variables", "kind", "server"),
    [
        ({"OPENAI_API_KEY": API_KEY}, OpenAIProvider, "api.openai.com"),
        ({"OPENAI_BASE_URL": URL}, CompatibleProvider, "127.0.0.1:9"),
        ({"OPENAI_BASE_URL": URL, "OPENAI_API_KEY": API_KEY}, CompatibleProvider, "127.0.0.1:9"),
    ],
)
def test_the_provider_follows_from_the_settings(
    monkeypatch: pytest.MonkeyPatch, variables: dict, kind: type, server: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    provider = build_provider(read_settings())
    assert type(provider) is kind
    assert provider.server == server


def test_without_a_provider_a_run_says_what_to_set() -> None:
    with pytest.raises(ProviderError, match="OPENAI_BASE_URL"):
        build_provider(read_settings())
