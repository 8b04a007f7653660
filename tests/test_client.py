"""The machine around it: certificates and proxies that the environment names, for good or bad."""

import httpx2
import pytest
from conftest import API_KEY, an_idea, quiet
from model_server import ModelServer, Reply

from idearc.errors import ProviderError
from idearc.jobs import JOBS
from idearc.providers.client import is_this_machine, through_proxy, way_to
from idearc.providers.compatible import CompatibleProvider

FEATURES = JOBS["features"]
ELSEWHERE = "http://models.example/v1"
PROXIES = ["ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*PROXIES, *map(str.lower, PROXIES), "SSL_CERT_FILE", "SSL_CERT_DIR"]:
        monkeypatch.delenv(name, raising=False)


def provider(base_url: str) -> CompatibleProvider:
    return CompatibleProvider(
        base_url=base_url, api_key=API_KEY, model="m", timeout_seconds=20, max_retries=0
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SSL_CERT_FILE", "/gone/cacert.pem"),
        ("SSL_CERT_FILE", "/"),
        ("SSL_CERT_FILE", __file__),
        ("SSL_CERT_DIR", "/gone/certs"),
        ("ALL_PROXY", "socks://127.0.0.1:9/"),
        ("all_proxy", "socks5://127.0.0.1:9"),
        ("HTTP_PROXY", "http://127.0.0.1:9"),
        ("http_proxy", "http://127.0.0.1:99999"),
        ("HTTPS_PROXY", "ftp://127.0.0.1:9"),
        ("NO_PROXY", "[::1"),
    ],
)
def test_nothing_of_it_is_in_the_way_to_this_machine(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert provider(model_server.url).ask(FEATURES, an_idea(), quiet).findings
    assert "at 127.0.0.1" in provider(model_server.url).check()


@pytest.mark.parametrize(
    ("variable", "value", "url", "reason"),
    [
        (
            "SSL_CERT_FILE",
            "/gone/cacert.pem",
            "https://models.example/v1",
            r"^SSL_CERT_FILE='/gone/cacert.pem' can't be read, which https://models.example needs: "
            r"No such file or directory. Correct it or take it away, then start Idearc again.$",
        ),
        ("SSL_CERT_FILE", __file__, "https://127.0.0.1/v1", "^SSL_CERT_FILE=.+ can't be read"),
        ("SSL_CERT_DIR", "/gone", "https://127.0.0.1/v1", "^SSL_CERT_DIR='/gone' can't be read"),
        (
            "ALL_PROXY",
            "socks://me:secret@127.0.0.1:7890/",
            ELSEWHERE,
            "^ALL_PROXY names a proxy of the kind socks://, which can't be used. Name an http:// ",
        ),
        ("all_proxy", "socks5://127.0.0.1:9", ELSEWHERE, "^all_proxy names .+pip install socksio"),
        ("HTTPS_PROXY", "ftp://[::1]", "https://models.example/v1", "^HTTPS_PROXY .+ftp://"),
        ("HTTPS_PROXY", "127.0.0.1:9", "https://models.example/v1", "proxy that HTTPS_PROXY names"),
        ("http_proxy", "http://127.0.0.1:99999", ELSEWHERE, "^http_proxy names a proxy"),
    ],
)
def test_a_variable_that_cant_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, url: str, reason: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ProviderError, match=reason) as error:
        provider(url).ask(FEATURES, an_idea(), quiet)
    assert "secret" not in str(error.value)
    with pytest.raises(ProviderError, match=reason):
        provider(url).check()


@pytest.mark.parametrize("also", ["socks://127.0.0.1:9", ""])
def test_a_server_elsewhere_is_asked_through_the_proxy_for_it(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, also: str
) -> None:
    """As the settings of a desktop name several, of which this one can't be used."""
    monkeypatch.setenv("HTTP_PROXY", model_server.url.removeprefix("http://").removesuffix("/v1"))
    monkeypatch.setenv("ALL_PROXY", also)
    assert provider(ELSEWHERE).ask(FEATURES, an_idea(), quiet).findings
    (request,) = model_server.requests
    assert request.path == f"{ELSEWHERE}/chat/completions"


@pytest.mark.parametrize("no_proxy", ["192.0.2.0/24", "192.0.2.7", "192.0.2.7:9", "*"])
@pytest.mark.parametrize("also", ["socks://127.0.0.1:9", ""])
def test_what_needs_no_proxy_is_asked_without_one(
    monkeypatch: pytest.MonkeyPatch, no_proxy: str, also: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", also)
    monkeypatch.setenv("NO_PROXY", no_proxy)
    url = "http://192.0.2.7:9/v1"  # an address for documentation: nobody is there
    with (
        httpx2.Client(**way_to(url), timeout=0.1) as client,
        pytest.raises(httpx2.HTTPError) as error,
    ):
        client.get(url)
    assert "refused" not in str(error.value)  # as the proxy would
    assert through_proxy(url) == ""
    assert through_proxy("http://192.0.3.7:9/v1") == (
        "" if no_proxy == "*" else " through the proxy that HTTP_PROXY names"
    )


def test_no_secret_of_an_address_is_in_a_reason(model_server: ModelServer) -> None:
    host = model_server.url.removeprefix("http://")
    one = provider(f"http://user-12345678:p%40ss@{host}?code=sk-query-secret&beta=1")
    words = f"user-12345678 p@ss p%40ss sk-query-secret {API_KEY} 1 model"
    model_server.always["features"] = Reply(status=403, error={"message": words})
    with pytest.raises(ProviderError, match=r"403: (\[secret\] ){4}\[API key\] 1 model\."):
        one.ask(FEATURES, an_idea(), quiet)
    assert model_server.requests[0].path.endswith("?code=sk-query-secret&beta=1")


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("0.0.0.0", True),
        ("localhost", True),
        ("ollama.localhost", True),
        ("localhost.example.com", False),
        ("10.0.0.1", False),
        ("", False),
        (None, False),
    ],
)
def test_what_this_machine_is(host: str | None, is_here: bool) -> None:
    assert is_this_machine(host) is is_here
