"""The apps that are measured side by side: Idearc, an older Idearc, Streamlit alone, no background.

All but Idearc go without uvloop, which only its dependencies bring. To be imported before all else
here: it makes what the tests have importable.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from app_server import AppServer  # noqa: E402
from model_server import ModelServer  # noqa: E402

IDEA = "Owners of small hair salons fill gaps at the last minute."


@dataclass
class Apps:
    """Starts them, each with a database and a model's server of its own."""

    folder: Path
    before: Path | None  # another checkout of Idearc

    def __post_init__(self) -> None:
        (self.folder / "uvloop.py").write_text("raise ModuleNotFoundError")
        # Streamlit's defaults, but for its questions at the terminal and who reaches it.
        alone = {
            "STREAMLIT_SERVER_HEADLESS": "true",
            "STREAMLIT_SERVER_ADDRESS": "localhost",
            "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "0",
        }
        bench = ROOT / "bench"
        self._kinds = {
            "idearc": (ROOT / "app.py", {}),
            "bare": (bench / "bare.py", {**alone, "PYTHONPATH": str(self.folder)}),
            "blocking": (
                bench / "blocking.py",
                {**alone, "PYTHONPATH": f"{self.folder}{os.pathsep}{ROOT}"},
            ),
        }
        if self.before:
            self._kinds["before"] = (self.before / "app.py", {"PYTHONPATH": str(self.folder)})
        os.chdir(self.folder)  # where no configuration of Streamlit lies

    def names(self, *wanted: str) -> list[str]:
        return [name for name in wanted if name in self._kinds]

    def database_url(self, name: str) -> str:
        return f"sqlite:///{self.folder / name}.db"

    @contextmanager
    def start(self, name: str, model: ModelServer, **settings: str) -> Iterator[AppServer]:
        """`name` may have an addition, as in "idearc full", which has another database."""
        script, environment = self._kinds[name.split()[0]]
        usual = {"OPENAI_BASE_URL": model.url, "IDEARC_DATABASE_URL": self.database_url(name)}
        with AppServer(script, **{**usual, **environment, **settings}) as server:
            yield server

    @contextmanager
    def start_all(
        self, names: list[str], model: ModelServer, **settings: str
    ) -> Iterator[dict[str, AppServer]]:
        with ExitStack() as stack:
            yield {name: stack.enter_context(self.start(name, model, **settings)) for name in names}


def wait_for_its_first_second(server: AppServer) -> None:
    """Waits until an idea that is put into the database counts as younger than the process.

    Idearc knows to the second when it was started. It takes an idea from the first second for one
    of an earlier process, and says that its jobs were interrupted.
    """
    begun = psutil.Process(server.pid).create_time()
    time.sleep(max(0, begun + 1.1 - time.time()))
