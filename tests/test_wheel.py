"""The wheel, installed on its own: its command brings all that Idearc is, from any folder."""

import json
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from app_server import ROOT, AppServer
from model_server import ModelServer
from playwright.sync_api import Page, expect
from test_browser import content, open_tab, submit, tab
from test_visitors import SECRETS

from idearc import __version__
from idearc.jobs import JOBS
from idearc.models import new_id


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of an environment that has the wheel, and what it needs, and not this clone."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT]
    subprocess.run([*pip, *build], check=True, timeout=100)
    (wheel,) = folder.glob("idearc-*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run(
        [*pip, "--python", python, "install", "--no-deps", wheel], check=True, timeout=100
    )
    # The packages of the tests' environment: that the clone is one of them is said in a .pth file
    # there, and those are not read from here.
    (site,) = (folder / "venv").glob("lib/python*/site-packages")
    (site / "others.pth").write_text(sysconfig.get_path("purelib"))
    return python.with_name("idearc")


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: an empty folder, with the user's data in another one."""
    place = tmp_path / "elsewhere"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


def ran(command: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([command, *options], capture_output=True, text=True, timeout=60)


def test_the_wheel_carries_the_app_and_no_tests(command: Path) -> None:
    (wheel,) = command.parents[2].glob("*.whl")
    names = set(ZipFile(wheel).namelist())
    app = {"app.py", "README.md", ".streamlit/config.toml", "assets/icon.svg"}
    app |= {f"pages/{page.name}" for page in (ROOT / "pages").glob("*.py")}
    assert {name for name in names if name.startswith("idearc/app/")} == {
        f"idearc/app/{name}" for name in app
    }
    assert {name.split("/")[0] for name in names} == {"idearc", f"idearc-{__version__}.dist-info"}


def test_a_folder_without_anything_is_enough_for_an_idea_through_both_tabs(
    command: Path, elsewhere: Path, new_page: Callable[[], Page], model_server: ModelServer
) -> None:
    with AppServer(command=[command], OPENAI_BASE_URL=model_server.url) as app:
        page = new_page()
        submit(page, app)
        expect(tab(page, JOBS["competitors"])).to_have_text("Competitors · 3")
        expect(page.get_by_text(f"Idearc {__version__}", exact=True)).to_be_visible()
        open_tab(page, "features")
        expect(content(page).get_by_role("heading", name="Must have")).to_be_visible()
        # What the shipped configuration is for: its theme, no menu for developers.
        page.goto(app.url)
        button = page.get_by_role("button", name="Submit idea")
        expect(button).to_have_css("background-color", "rgb(79, 70, 229)")
        expect(page.get_by_role("button", name="Deploy")).to_have_count(0)
    assert list(elsewhere.iterdir()) == []


def test_the_way_to_connect_a_model_is_read_from_the_wheel(
    command: Path, elsewhere: Path, new_page: Callable[[], Page]
) -> None:
    with AppServer(command=[command]) as app:
        page = new_page()
        page.goto(app.url)
        page.get_by_role("button", name="How to connect").click()
        expect(page.get_by_text("which searches the web")).to_be_visible()


def test_the_operators_own_streamlit_folder_counts_and_wins(
    command: Path, elsewhere: Path, new_page: Callable[[], Page]
) -> None:
    (elsewhere / ".streamlit").mkdir()
    (elsewhere / ".streamlit" / "config.toml").write_text(
        '[server]\nshowEmailPrompt = true\nheadless = true\naddress = "127.0.0.1"\n'
        '[theme]\nprimaryColor = "env:OUR_RED"\nheadingFontSizes = ["40px", "30px"]\n'
    )
    secrets = SECRETS.format(secret=new_id(), provider="http://127.0.0.1:9")
    (elsewhere / ".streamlit" / "secrets.toml").write_text(secrets)
    with AppServer(command=[command], OUR_RED="#aa0000") as app:
        page = new_page()
        page.goto(app.url)
        expect(page.get_by_role("heading", name="Log in")).to_have_css("font-size", "40px")
        button = page.get_by_role("button", name="Log in")
        expect(button).to_have_css("background-color", "rgb(170, 0, 0)")


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (["--version"], 0, f"idearc {__version__}"),
        (["--help"], 0, "start the web app"),
        (["--port", "many"], 2, "'many' is not a valid integer"),
        (["--server.prot=1"], 2, "No such option"),
        (["--verbose", "doctor"], 2, "a command comes before its options: idearc doctor"),
        (["--port", "many", "--", "x"], 2, "'many' is not a valid integer"),
        (["walk"], 2, "invalid choice: 'walk'"),
        (["doctor", "--loud"], 2, "unrecognized arguments: --loud"),
    ],
)
def test_what_the_command_is_given_is_checked(
    command: Path, elsewhere: Path, options: list[str], status: int, words: str
) -> None:
    done = ran(command, *options)
    assert (done.returncode, "Traceback" in done.stderr) == (status, False)
    assert words in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("[server\n", ".streamlit/config.toml can't be read"),
        ('[server]\naddress = "env:NOT_SET"\n', "server_address='' can't be used"),
        ('[theme]\nheadingFontSizes = ["calc(1rem + 1px)", "2rem"]\n', "theme_heading_font_sizes="),
    ],
)
def test_settings_of_the_folder_that_cannot_be_used_are_named(
    command: Path, elsewhere: Path, config: str, words: str
) -> None:
    (elsewhere / ".streamlit").mkdir()
    (elsewhere / ".streamlit" / "config.toml").write_text(config)
    done = ran(command)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_the_doctor_speaks_to_monitors(
    command: Path, elsewhere: Path, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", model_server.url)
    done = ran(command, "doctor", "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["ok"], found["version"]) == (0, True, __version__)
    assert [check["name"] for check in found["checks"]] == [
        *("settings", "database", "model", "search")
    ]
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    done = ran(command, "doctor", "--json")
    (wrong,) = [check for check in json.loads(done.stdout)["checks"] if not check["ok"]]
    assert (done.returncode, wrong["name"]) == (1, "model")
    assert "can't be reached" in wrong["message"]
