"""What searches the web: what it finds, how it fails, and what it never does."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ddgs.engines import ENGINES
from engines_server import EnginesServer
from processes import free_port
from search_server import HITS, SearchServer

from idearc.errors import SearchError
from idearc.searchers.ddgs import _ATTEMPTS, DdgsSearcher
from idearc.searchers.polite import PoliteSearcher
from idearc.searchers.searxng import SearxngSearcher


def test_searxng_gives_its_results(search_server: SearchServer) -> None:
    assert SearxngSearcher(f"{search_server.url}/").search("salon gaps") == HITS
    assert search_server.phrases == ["salon gaps"]


FAULTS = {
    "JSON is off": (403, b"<html>", "403.+`- json` below `formats:`.+settings.yml"),
    "its limiter is on": (429, b"", "429.+`limiter: false`"),
    "a server of another kind": (404, b"", "answered 404.+IDEARC_SEARCH"),
    "a page": (200, b"<html>hello", "can't be read"),
    "another form": (200, b"[1]", "can't be read"),
    "no end": (200, b" " * 6_000_000, "no end"),
    "engines that refuse": (
        200,
        json.dumps({"results": [], "unresponsive_engines": [["brave", "CAPTCHA"]]}).encode(),
        r"none of its engines answered: brave \(CAPTCHA\)",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_searxng_failing_is_told_with_what_to_do(fault: str, search_server: SearchServer) -> None:
    search_server.status, search_server.body, reason = FAULTS[fault]
    with pytest.raises(SearchError, match=reason) as caught:
        SearxngSearcher(search_server.url.replace("//", "//me:secret@")).search("salon")
    assert "secret" not in str(caught.value)
    assert search_server.url.removeprefix("http://") in str(caught.value)


def test_searxng_that_is_not_there_is_told() -> None:
    address = f"127.0.0.1:{free_port()}"
    with pytest.raises(SearchError, match=f"{address} could not be asked: it can't be reached"):
        SearxngSearcher(f"http://{address}").search("salon")


def test_fields_that_are_missing_are_empty_and_odd_results_left_out(
    search_server: SearchServer,
) -> None:
    odd = b'1, null, {"url": "https://a.example", "title": null, "content": {}}'
    search_server.body = b'{"results": [' + odd + b"]}"
    (hit,) = SearxngSearcher(search_server.url).search("salon")
    assert (hit.title, hit.url, hit.text) == ("", "https://a.example", "")


def test_nothing_is_asked_twice_and_nothing_fast(search_server: SearchServer) -> None:
    polite = PoliteSearcher(SearxngSearcher(search_server.url), pause=0.5)
    started = time.monotonic()
    for phrase in ("a", "b", "a"):
        assert polite.search(phrase) == HITS
    assert search_server.phrases == ["a", "b"]
    # Not from when the first one arrived: that may be late on a busy machine.
    assert search_server.times[1] - started >= 0.5


def test_what_found_nothing_or_failed_is_asked_again(search_server: SearchServer) -> None:
    polite = PoliteSearcher(SearxngSearcher(search_server.url), pause=0)
    search_server.hits = []
    assert polite.search("a") == []
    search_server.hits, search_server.status = HITS, 500
    with pytest.raises(SearchError):
        polite.search("a")
    search_server.status = 200
    assert polite.search("a") == HITS
    assert search_server.phrases == ["a"] * 3


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[EnginesServer]:
    with EnginesServer(tmp_path) as server:
        yield server


DUCKDUCKGO = """<html><body>
<div class="result__body"><h2><a href="https://gapfill.example/">Gapfill</a></h2>
<a href="https://gapfill.example/">Sells <b>gaps</b> &amp; more.</a></div></body></html>"""
MOJEEK = """<html><body><ul class="results-standard">
<li><h2><a href="https://chairly.example/">Chairly</a></h2><p class="s">Fills chairs.</p></li>
</ul></body></html>"""


def ddgs(engines: EnginesServer) -> DdgsSearcher:
    return DdgsSearcher(proxy=engines.url, certificates=engines.certificates)


def test_duckduckgo_alone_is_asked_while_it_answers(engines: EnginesServer) -> None:
    engines.pages["html.duckduckgo.com"] = DUCKDUCKGO
    (hit,) = ddgs(engines).search("salon gaps")
    assert (hit.title, hit.url) == ("Gapfill", "https://gapfill.example/")
    assert "gaps & more" in hit.text
    assert engines.phrases == {"html.duckduckgo.com": ["salon gaps"]}


def test_others_are_asked_where_it_refuses(engines: EnginesServer) -> None:
    engines.pages["www.mojeek.com"] = MOJEEK
    (hit,) = ddgs(engines).search("salon gaps")
    assert (hit.title, hit.url, hit.text) == (
        "Chairly",
        "https://chairly.example/",
        "Fills chairs.",
    )


def test_where_all_refuse_nothing_is_found(engines: EnginesServer) -> None:
    assert ddgs(engines).search("salon gaps") == []
    assert set(engines.phrases) == {"html.duckduckgo.com", "search.brave.com", "www.mojeek.com"}


def test_the_engines_that_are_asked_are_there() -> None:
    """Of one that it does not have, the library would make all that it has."""
    assert {name for names in _ATTEMPTS for name in names} <= ENGINES["text"].keys()


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "HTTPS_PROXY"])
def test_a_variable_that_cant_be_used_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "gone://nowhere")
    with pytest.raises(SearchError, match=name):
        DdgsSearcher().search("salon")


def test_many_wait_for_each_other_no_longer_than_the_pause(search_server: SearchServer) -> None:
    search_server.latency_seconds = 1
    polite = PoliteSearcher(SearxngSearcher(search_server.url), pause=0.01)
    threads = [threading.Thread(target=polite.search, args=[f"{n}"]) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(search_server.times) - min(search_server.times) < 1  # all went before one came back


def test_phrases_never_reach_the_log(
    search_server: SearchServer, engines: EnginesServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"), caplog.at_level("DEBUG", logger="httpx2"):
        with_password = search_server.url.replace("//", "//me:secretword@")
        SearxngSearcher(with_password).search("secretplan")
        ddgs(engines).search("secretplan")
    assert "httpx2" in caplog.text
    assert "secretplan" not in caplog.text
    assert "secretword" not in caplog.text


def test_no_network_is_told_in_a_line() -> None:
    searcher = DdgsSearcher(proxy=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(SearchError, match="could not be asked: they can't be reached") as caught:
        searcher.search("a secret plan")
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
