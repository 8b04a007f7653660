"""Starts the web app as `streamlit run app.py` does, wherever Idearc is installed."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from idearc.errors import IdearcError

_PACKAGE = Path(__file__).parent

# What is no package: app.py, pages, README.md. A wheel carries it in here, a clone has it beside.
APP_FOLDER = _PACKAGE / "app" if (_PACKAGE / "app").is_dir() else _PACKAGE.parent

_CONFIG = Path(".streamlit", "config.toml")


def launch(options: Sequence[str]) -> None:
    """Serves until a signal ends it; the options are those of `streamlit run`.

    Settings in `.streamlit/config.toml` of the working directory win over those that Idearc brings.
    Raises IdearcError where that file can't be read.
    """
    # Streamlit itself has the file beside the script win, and the environment win over both.
    shipped, own = _settings(APP_FOLDER / _CONFIG), _settings(_CONFIG)
    for name in shipped.keys() & own.keys():
        os.environ.setdefault(name, own[name])
    from streamlit.web.cli import main

    main(["run", str(APP_FOLDER / "app.py"), *options], prog_name="idearc")


def _settings(file: Path) -> Mapping[str, str]:
    """As Streamlit's environment variables, by their names."""
    try:
        return dict(_flat(tomllib.loads(file.read_text("utf-8")))) if file.is_file() else {}
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise IdearcError(f"{file} can't be read: {why}. Correct it, then start again.") from error


def _flat(table: Mapping[str, object], prefix: str = "STREAMLIT") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        name = f"{prefix}_{re.sub('(?<=[a-z])(?=[A-Z])', '_', key).upper()}"
        if isinstance(value, dict):
            yield from _flat(value, name)
        elif isinstance(value, list):
            yield name, " ".join(map(str, value))
        else:  # Streamlit lets a file name a variable to be read in its place
            text = str(value)
            yield name, os.environ.get(text[4:], "") if text.startswith("env:") else text
