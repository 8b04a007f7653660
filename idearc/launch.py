"""Starts the web app as `streamlit run app.py` does, wherever Idearc is installed."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from idearc.errors import IdearcError

_PACKAGE = Path(__file__).parent

# Where app.py, pages/ and README.md are: a wheel has them in the package, a clone beside it.
APP_FOLDER = _PACKAGE / "app" if (_PACKAGE / "app").is_dir() else _PACKAGE.parent

_CONFIG = Path(".streamlit", "config.toml")


def launch(options: Sequence[str]) -> None:
    """Serves until a signal ends it; the options are those of `streamlit run`.

    Settings in `.streamlit/config.toml` of the working directory win over those that Idearc brings.
    Raises IdearcError where that file can't be read.
    """
    # Streamlit prefers the file beside the script to that of the working directory, and the
    # environment to both: so what both files set goes by the environment.
    shipped, own = _settings(APP_FOLDER / _CONFIG), _settings(_CONFIG)
    for name in shipped.keys() & own.keys():
        values = own[name]
        if not all(values) or (len(values) > 1 and any(" " in value for value in values)):
            raise IdearcError(
                f"In {_CONFIG}, {name.lower()}={' '.join(values)!r} can't be used: a value may not "
                "be empty, nor one of a list hold spaces. Correct it, then start again."
            )
        os.environ.setdefault(f"STREAMLIT_{name}", " ".join(values))
    from streamlit.web.cli import main

    main(["run", str(APP_FOLDER / "app.py"), *options], prog_name="idearc")


def _settings(file: Path) -> Mapping[str, list[str]]:
    """Their values, several of a list, by the names of Streamlit's variables without its own."""
    try:
        return dict(_flat(tomllib.loads(file.read_text("utf-8")))) if file.is_file() else {}
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise IdearcError(f"{file} can't be read: {why}. Correct it, then start again.") from error


def _flat(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, list[str]]]:
    for key, value in table.items():
        name = f"{prefix}{re.sub('(?<=[a-z])(?=[A-Z])', '_', key).upper()}"
        if isinstance(value, dict):
            yield from _flat(value, f"{name}_")
        else:
            yield name, [_text(one) for one in (value if isinstance(value, list) else [value])]


def _text(value: object) -> str:
    """Streamlit lets a file name the variable that holds a value: `env:NAME`."""
    text = str(value)
    return os.environ.get(text[4:], "") if text.startswith("env:") else text
