"""The settings: what is read, what is refused, and that each is documented."""

import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from streamlit import config

from idearc.bootstrap import build_provider
from idearc.errors import IdearcError
from idearc.providers.openai import OpenAIProvider
from idearc.settings import Settings, read_settings, unknown_variables

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def variables() -> dict[str, object]:
    return {
        field.validation_alias or f"IDEARC_{name.upper()}": field.get_default(
            call_default_factory=True
        )
        for name, field in Settings.model_fields.items()
    }


def test_what_streamlit_protects_by_itself_stays_protected() -> None:
    ours = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    for name in ("enableCORS", "enableXsrfProtection", "enableWebsocketCompression"):
        assert name not in ours["server"]
    assert config.get_option("server.enableCORS")
    assert config.get_option("server.enableXsrfProtection")
    assert ours["server"]["address"] == "localhost"
    assert ours["client"]["showErrorDetails"] == "none"


@pytest.mark.parametrize("variable", variables())
def test_the_readme_has_each_setting_and_its_default(variable: str) -> None:
    (row,) = [line for line in README.splitlines() if line.startswith(f"| `{variable}`")]
    default = variables()[variable]
    if isinstance(default, int | float):
        assert row.split("|")[2].strip() == f"`{default:g}`"


def test_an_environment_variable_beats_the_env_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("IDEARC_MAX_JOBS=3\nIDEARC_MAX_TICKS=7\nOPENAI_API_KEY=sk-1\nOTHER=1\n")
    monkeypatch.setenv("IDEARC_MAX_JOBS", "4")
    settings = read_settings()
    assert (settings.max_jobs, settings.max_ticks) == (4, 7)
    assert settings.openai_api_key is not None
    assert "sk-1" not in repr(settings)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_the_env_file_may_be_in_the_encoding_of_an_editor_or_a_shell(encoding: str) -> None:
    Path(".env").write_text("IDEARC_MODEL=m-ü\nIDEARC_MODELL=1\n", encoding=encoding)
    assert read_settings().model == "m-ü"
    assert "IDEARC_MODELL" in unknown_variables()[0]


def test_an_env_file_that_is_no_text_is_told_and_a_folder_is_somebody_elses() -> None:
    Path(".env").write_bytes("# für\nIDEARC_MODEL=m\n".encode("latin-1"))
    with pytest.raises(
        IdearcError, match=r"^The file \.env can't be read: .+save it anew as UTF-8"
    ):
        read_settings()
    Path(".env").unlink()
    Path(".env").mkdir()
    assert read_settings().model is None


@pytest.mark.parametrize(
    ("address", "answers"),
    [
        ("https://api.openai.com/v1", "openai"),
        ("https://API.openai.com", "openai"),
        ("https://eu.api.openai.com/v1/", "openai"),
        ("https://api.openai.com.example/v1", "compatible"),
        ("http://127.0.0.1:11434/v1", "compatible"),
        ("", "openai"),
    ],
)
def test_openais_own_address_is_openai(
    monkeypatch: pytest.MonkeyPatch, address: str, answers: str
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", address)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    assert read_settings().answers == answers
    if answers == "openai":
        host = urlsplit(address).hostname or "api.openai.com"
        provider = build_provider(read_settings())
        assert isinstance(provider, OpenAIProvider)
        assert provider.server == host
        monkeypatch.delenv("OPENAI_API_KEY")
        assert read_settings().answers == "embedded"  # as without the address


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    monkeypatch.setenv("IDEARC_MAX_JOBS", "")
    monkeypatch.setenv("IDEARC_MODEL", " ")
    assert not read_settings().model
    assert read_settings().openai_api_key is None
    assert read_settings().max_jobs == 16


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("IDEARC_MAX_JOBS", "many"),
        ("IDEARC_MAX_JOBS", "0"),
        ("IDEARC_ALLOW_ANONYMOUS", "perhaps"),
        ("IDEARC_IDEAS_PER_HOUR", "0"),
        ("IDEARC_MAX_TICKS", "1.5"),
        ("IDEARC_TICK_SECONDS", "0"),
        ("IDEARC_TICK_SECONDS", "inf"),
        ("IDEARC_JOB_TIMEOUT", "-1"),
        ("IDEARC_JOB_TIMEOUT", "nan"),
        ("IDEARC_METRICS_PORT", "on"),
        ("IDEARC_METRICS_PORT", "0"),
        ("IDEARC_METRICS_PORT", "127.0.0.1:65536"),
        ("IDEARC_METRICS_PORT", "127.0.0.1"),
        ("OPENAI_BASE_URL", "localhost:11434"),
        ("OPENAI_BASE_URL", "ftp://127.0.0.1/v1"),
        ("OPENAI_BASE_URL", "http://127.0.0.1:99999/v1"),
    ],
)
def test_a_wrong_value_is_named_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(IdearcError, match=f"^{variable}='{value}' can't be used: .+Correct it"):
        read_settings()


@pytest.mark.parametrize("address", ["9464", "0.0.0.0:9464", "[::1]:9464", "monitor.local:1"])
def test_metrics_have_a_port_or_an_address_and_a_port(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("IDEARC_METRICS_PORT", address)
    assert read_settings().metrics_port == address


def test_variables_that_it_does_not_read_are_named_with_those_that_may_be_meant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for known in ("IDEARC_MODEL", "idearc_max_jobs", "OPENAI_API_KEY_2", "MY_IDEARC"):
        monkeypatch.setenv(known, "1")
    assert unknown_variables() == []
    Path(".env").write_text("IDEARC_MODELL=m\nOTHER=1\n")
    monkeypatch.setenv("IDEARC_COLOUR", "sk-secret")
    colour, model = unknown_variables()
    assert colour.startswith("Idearc doesn't read IDEARC_COLOUR. Correct it")
    assert model.startswith("Idearc doesn't read IDEARC_MODELL. Is IDEARC_MODEL meant? Correct it")
    assert "sk-secret" not in colour


def test_a_key_is_trimmed_and_a_broken_one_is_refused_unseen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", " sk-1\n")
    key = read_settings().openai_api_key
    assert key is not None
    assert key.get_secret_value() == "sk-1"
    for broken in ("sk-sec\nret", "sk-sécret", "sk-…"):
        monkeypatch.setenv("OPENAI_API_KEY", broken)
        with pytest.raises(IdearcError, match=r"^OPENAI_API_KEY can't be used: it holds") as error:
            read_settings()
        assert broken not in str(error.value)


def test_a_password_in_a_wrong_address_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "ftp://user:secret@127.0.0.1/v1")
    with pytest.raises(IdearcError, match=r"^OPENAI_BASE_URL can't be used") as error:
        read_settings()
    assert "secret" not in str(error.value)


def test_by_default_the_database_is_a_file_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IDEARC_DATABASE_URL")
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    url = read_settings().database_url
    assert url.startswith("sqlite:///")
    assert url.endswith("idearc.db")
