"""Servers of models that people often have running on their machine."""

from collections.abc import Mapping

import httpx2

USUAL_SERVERS = {
    "Ollama": "http://127.0.0.1:11434/v1",
    "LM Studio": "http://127.0.0.1:1234/v1",
}


def answering_servers(servers: Mapping[str, str] = USUAL_SERVERS) -> dict[str, str]:
    """Those that answer as OpenAI's API would, by name; each is given 0.3 s."""
    with httpx2.Client(timeout=0.3, trust_env=False, verify=False) as client:  # no TLS
        return {name: url for name, url in servers.items() if _answers(client, url)}


def _answers(client: httpx2.Client, url: str) -> bool:
    try:
        answer = client.get(f"{url}/models")
        said = answer.json()
        return answer.is_success and isinstance(said, dict) and "data" in said
    except (httpx2.HTTPError, ValueError):
        return False
