"""What is shipped to run Idearc elsewhere names commands, variables and files that there are."""

import re
import shlex
import subprocess
import tomllib

import pytest
from app_server import COMMAND, ROOT
from streamlit import config
from test_settings import variables

UNITS = sorted(path.name for path in (ROOT / "deploy").glob("*.service"))
TEXTS = ["README.md", "OPERATING.md", "SECURITY.md", "compose.yaml", "deploy/idearc-worker.service"]


@pytest.mark.parametrize("name", UNITS)
def test_a_units_command_is_one_of_idearcs(name: str) -> None:
    (line,) = re.findall(r"^ExecStart=(.+)$", (ROOT / "deploy" / name).read_text(), re.MULTILINE)
    program, *arguments = shlex.split(line)
    assert program == "/opt/idearc/bin/idearc"
    command = [COMMAND, *arguments, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    for option in re.findall(r"--[\w-]+", line):
        assert option in done.stdout


@pytest.mark.parametrize("name", TEXTS)
def test_a_variable_that_a_text_names_is_read(name: str) -> None:
    named = set(re.findall(r"\bIDEARC_[A-Z_]+", (ROOT / name).read_text("utf-8")))
    assert named
    assert named <= set(variables())


def test_what_the_image_tells_streamlit_is_an_option_of_it() -> None:
    named = re.findall(r"\bSTREAMLIT_[A-Z_]+(?==)", (ROOT / "Dockerfile").read_text("utf-8"))
    assert named
    there = {option.env_var for option in config.get_config_options().values()}
    assert set(named) <= there


def test_the_containers_commands_are_idearcs() -> None:
    compose = (ROOT / "compose.yaml").read_text("utf-8")
    image = (ROOT / "Dockerfile").read_text("utf-8")
    commands = re.findall(r"^    command: (\w+)$", compose, re.MULTILINE)
    commands += re.findall(r'^CMD \["(\w+)"\]$', image, re.MULTILINE)
    assert sorted(commands) == ["migrate", "run", "worker"]
    for command in commands:
        asked = [COMMAND, command, "--help"]
        subprocess.run(asked, check=True, stdout=subprocess.DEVNULL, timeout=60)


def test_the_image_is_built_from_all_that_the_wheel_is_built_from() -> None:
    """`.dockerignore` lets nothing in but what it names."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    let_in = {line.removeprefix("!") for line in lines if line.startswith("!")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert let_in == {"pyproject.toml", "LICENSE", *wheel["packages"], *wheel["force-include"]}
