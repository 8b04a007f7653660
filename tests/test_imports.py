"""Imports go one way: adapters know neither the core nor the store, only pages and views draw."""

import ast
import functools
import subprocess
import sys
from pathlib import Path

import pytest

from idearc.database import migrate

ROOT = Path(__file__).parent.parent
FILES = [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "idearc").rglob("*.py")]


def files(pattern: str) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in ROOT.glob(pattern)}


JOBS, VIEWS = files("idearc/jobs/**/*.py"), files("idearc/views/*.py")
UI = {"app.py", "idearc/application.py", *files("pages/*.py"), *VIEWS}
PROVIDERS = {f"idearc/providers/{name}.py" for name in ("server", "openai", "compatible")}
SEARCHERS = {"idearc/searchers/searxng.py", "idearc/searchers/ddgs.py"}
HTTP = {"idearc/searchers/searxng.py"} | {
    f"idearc/providers/{name}.py"
    for name in ("client", "server", "response", "refusal", "model_sources", "nearby")
}
MIGRATIONS = files("idearc/migrations/**/*.py")
ENGINE = {"idearc/runners/engine.py", "idearc/runners/temporal.py"}
MAY_IMPORT = {
    "alembic": MIGRATIONS,
    "streamlit": UI | {"idearc/launch.py"},
    "streamlit_autorefresh": UI,
    "sqlalchemy": {"idearc/models.py", "idearc/database.py", "idearc/store.py", *MIGRATIONS},
    "sqlmodel": {"idearc/models.py", "idearc/store.py", *JOBS},
    "openai": {
        *PROVIDERS,
        *(f"idearc/providers/{name}.py" for name in ("client", "embedded", "messages", "wording")),
    },
    "httpx2": HTTP,
    "huggingface_hub": {"idearc/providers/model_sources.py"},
    "xllamacpp": {"idearc/providers/embedded_server.py"},
    "temporalio": {*ENGINE, "idearc/worker.py"},
    "idearc.core": UI | {"idearc/bootstrap.py"},
    "idearc.views": UI,
    "idearc.application": {"app.py", *files("pages/*.py")},
    "idearc.bootstrap": {"idearc/application.py", "idearc/__main__.py", "idearc/doctor.py"},
    "idearc.comparison": UI,
    "idearc.backup": {"idearc/__main__.py"},
    "idearc.database": {
        *("idearc/store.py", "idearc/backup.py", "idearc/__main__.py"),
        *MIGRATIONS,
    },
    "cachetools": {"idearc/limits.py", "idearc/searchers/polite.py"},
    "ddgs": {"idearc/searchers/ddgs.py"},
    "prometheus_client": {"idearc/metrics.py"},
    "idearc.metrics": {"idearc/bootstrap.py"},
    "idearc.launch": {"idearc/__main__.py", *VIEWS},
    "idearc.limits": {"idearc/core.py", "idearc/bootstrap.py"},
    "idearc.migrations": {"idearc/database.py", "idearc/backup.py"},
    "idearc.export": UI | files("idearc/export/*.py"),
    "pathvalidate": {"idearc/export/__init__.py"},
    "xlsxwriter": {"idearc/export/tables.py"},
    "idearc.form": UI | {"idearc/core.py", "idearc/snapshot.py"},
    "publicsuffixlist": {"idearc/web.py"},
    "idna": {"idearc/web.py"},
    "idearc.store": {"idearc/core.py", "idearc/run.py", "idearc/bootstrap.py"},
    "idearc.run": {"idearc/bootstrap.py"},
    "idearc.watcher": {"idearc/core.py"},
    "idearc.providers.client": {*PROVIDERS, "idearc/providers/model_sources.py", *SEARCHERS},
    "idearc.providers.server": {*PROVIDERS, "idearc/providers/conversation.py"},
    "idearc.searchers.polite": {"idearc/bootstrap.py"},
    "idearc.searchers.ddgs": {"idearc/bootstrap.py"},
    "idearc.searchers.searxng": {"idearc/bootstrap.py"},
    "idearc.providers.openai": {"idearc/bootstrap.py"},
    "idearc.providers.compatible": {"idearc/bootstrap.py", "idearc/providers/embedded.py"},
    "idearc.providers.embedded": {"idearc/bootstrap.py"},
    "idearc.runners.threads": {"idearc/bootstrap.py"},
    "idearc.runners.engine": {"idearc/bootstrap.py", "idearc/worker.py", *ENGINE},
    "idearc.runners.temporal": {"idearc/bootstrap.py"},
    "idearc.doctor": {"idearc/__main__.py"},
    "idearc.worker": {"idearc/bootstrap.py"},
}


@functools.cache
def imports(path: Path) -> set[str]:
    """The modules that are imported anywhere in it, and the names that are taken from them."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


@pytest.mark.parametrize("module", MAY_IMPORT)
def test_only_these_files_import(module: str) -> None:
    importers = {
        str(path.relative_to(ROOT).as_posix())
        for path in FILES
        if any(f"{name}.".startswith(f"{module}.") for name in imports(path))
    }
    assert importers, f"nobody imports {module}: delete its rule"
    assert importers <= MAY_IMPORT[module]


HEAVY = {
    "alembic",
    "altair",
    "ddgs",
    "httpx2",
    "huggingface_hub",
    "openai",
    "pandas",
    "psycopg",
    "pyarrow",
    "temporalio",
    "xllamacpp",
    "xlsxwriter",
}
FIRST_PAGE = f"""
import gc, sys, threading, time
from importlib.abc import MetaPathFinder
from streamlit import config
from streamlit.testing.v1 import AppTest

config.set_option("server.address", "localhost")  # no server reads config.toml here

class Notice(MetaPathFinder):
    def find_spec(self, name, *_):
        if name in {HEAVY} and not isinstance(threading.current_thread(), threading.Timer):
            print("the page imports", name)

sys.meta_path.insert(0, Notice())
app = AppTest.from_file({str(ROOT / "app.py")!r}, default_timeout=60).run()
assert app.title[0].value == "What is your idea?"
while not gc.get_freeze_count():
    time.sleep(0.1)
print("later:", "openai" in sys.modules)
"""


def test_the_first_page_does_not_wait_for_what_only_jobs_and_results_need(
    monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    """What jobs need comes by itself while the visitor writes, and is no garbage to look for."""
    migrate(database_url)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    command = [sys.executable, "-c", FIRST_PAGE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=True)
    assert done.stdout.splitlines() == ["later: True"]
