"""Which servers of models are found on this machine."""

from http.server import BaseHTTPRequestHandler

from model_server import ModelServer
from processes import LocalServer

from idearc.providers.nearby import USUAL_SERVERS, answering_servers


def test_only_servers_that_speak_the_api_are_found(model_server: ModelServer) -> None:
    with LocalServer(BaseHTTPRequestHandler) as other:  # answers 501 to everything
        found = answering_servers(
            {
                "Speaks it": model_server.url,
                "Something else": f"{other.url}/v1",
                "Nobody": "http://127.0.0.1:9/v1",
            }
        )
    assert found == {"Speaks it": model_server.url}


def test_it_looks_on_this_machine_only() -> None:
    assert set(USUAL_SERVERS) == {"Ollama", "LM Studio"}
    assert all(url.startswith("http://127.0.0.1:") for url in USUAL_SERVERS.values())
