"""A real PostgreSQL of the tests' own on 127.0.0.1, which can be stopped and started."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg
from processes import free_port, wait_until_ready

from idearc.models import new_id


class PostgresServer:
    """Keeps its port and its data over restarts."""

    def __init__(self) -> None:
        self._port = free_port()
        self._folder = tempfile.TemporaryDirectory()
        self._user = "postgres" if os.geteuid() == 0 else None  # it refuses to be run by root
        if self._user:
            shutil.chown(self._folder.name, self._user)
        self._data = Path(self._folder.name) / "data"
        self._call(
            "initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-N"
        )
        self.start()

    def _call(self, program: str, *options: str) -> None:
        command = [_find(program), "-D", self._data, *options]
        subprocess.run(command, user=self._user, cwd="/", check=True, stdout=subprocess.DEVNULL)

    def start(self) -> None:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self._port),
            "unix_socket_directories": "",
            "fsync": "off",
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        self._process = subprocess.Popen(
            [_find("postgres"), "-D", self._data, *options],
            user=self._user,
            cwd="/",
            stderr=subprocess.DEVNULL,
        )
        wait_until_ready(self._process, self._answers)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """At once: open connections are cut."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(60)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self._port}/{database}"

    def new_database(self, template: str = "template1") -> str:
        """Its name."""
        name = f"test_{new_id()}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def close(self) -> None:
        self.stop()
        self._folder.cleanup()


def _find(program: str) -> str:
    """Debian keeps it out of the path, in a folder for each version."""
    for path in (shutil.which(program), *Path("/usr/lib/postgresql").glob(f"*/bin/{program}")):
        if path:
            return str(path)
    raise FileNotFoundError(f"There is no {program}: install PostgreSQL")
