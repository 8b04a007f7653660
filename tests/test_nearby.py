"""Which servers of models are found on this machine."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from model_server import ModelServer

from idearc.providers.nearby import USUAL_SERVERS, answering_servers


def test_only_servers_that_speak_the_api_are_found(model_server: ModelServer) -> None:
    other = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)  # answers 501 to everything
    threading.Thread(target=other.serve_forever, args=(0.05,), daemon=True).start()
    found = answering_servers(
        {
            "Speaks it": model_server.url,
            "Something else": f"http://127.0.0.1:{other.server_port}/v1",
            "Nobody": "http://127.0.0.1:9/v1",
        }
    )
    other.shutdown()
    other.server_close()
    assert found == {"Speaks it": model_server.url}


def test_it_looks_on_this_machine_only() -> None:
    assert set(USUAL_SERVERS) == {"Ollama", "LM Studio"}
    assert all(url.startswith("http://127.0.0.1:") for url in USUAL_SERVERS.values())
