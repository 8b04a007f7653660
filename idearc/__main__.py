"""The command: idearc, or python -m idearc."""

import argparse
import io
import json
import logging
import os
import re
import sys
from pathlib import Path

from idearc import __version__
from idearc.backup import back_up, restore
from idearc.bootstrap import LOG_FORMAT, begin_to_watch, build_store, work
from idearc.database import migrate
from idearc.doctor import examine
from idearc.errors import InputError, explained
from idearc.launch import launch
from idearc.settings import read_settings
from idearc.snapshot import MAX_BYTES, read
from idearc.text import counted

log = logging.getLogger("idearc.commands")


def _run(arguments: argparse.Namespace) -> None:
    begin_to_watch(read_settings())  # not only when the first visitor comes
    given = {
        "port": arguments.port,
        "address": arguments.address,
        "headless": "true" if arguments.no_browser else None,
    }
    ours = [f"--server.{name}={value}" for name, value in given.items() if value is not None]
    launch([*ours, *arguments.of_streamlit])


def _migrate(_arguments: argparse.Namespace) -> None:
    migrate(read_settings().database_url)
    print("The database has all tables that this Idearc needs.")


def _import(arguments: argparse.Namespace) -> None:
    try:
        with arguments.file.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{arguments.file} can't be read: {error.strerror}.") from error
    snapshot = read(content)
    store = build_store(read_settings())
    if arguments.beside:
        found = re.search("[0-9a-f]{32}", arguments.beside)
        other = store.idea(found[0]) if found else None
        if other is None:
            raise InputError(f"There is no idea at {arguments.beside}: nothing was stored.")
        snapshot.idea.owner = other.owner
    store.add_snapshot(snapshot)
    store.close()
    print(f"Stored “{snapshot.idea.name}” as a new idea, at /workspace?idea={snapshot.idea.id}")
    if snapshot.missing:
        missing = ", ".join(snapshot.missing)
        print(f"The file holds no result of: {missing}. The workspace offers to try again.")


def _back_up(arguments: argparse.Namespace) -> None:
    ideas = back_up(read_settings().database_url, arguments.file)
    print(f"All that is stored by now is in {arguments.file}: {counted(ideas, 'idea')}.")


def _restore(arguments: argparse.Namespace) -> None:
    ideas = restore(read_settings().database_url, arguments.file)
    print(f"{arguments.file} has taken the place of all that was stored: {counted(ideas, 'idea')}.")


def _worker(arguments: argparse.Namespace) -> None:
    os.environ["IDEARC_RUNNER"] = "temporal"
    if arguments.max_jobs:
        os.environ["IDEARC_MAX_JOBS"] = arguments.max_jobs
    status = 0
    try:
        work(read_settings(), grace_seconds=max(0, arguments.grace_seconds))
    except Exception as error:  # it says what it is
        log.debug("worker", exc_info=True)
        print(explained(error), file=sys.stderr, flush=True)
        status = 1
    # Not the usual way out, on which threads of Temporal's client now and then abort the process.
    logging.shutdown()
    os._exit(status)


def _doctor(arguments: argparse.Namespace) -> None:
    checks = []
    for name, is_well, words in examine():
        checks.append({"name": name, "ok": is_well, "message": words})
        if not arguments.json:
            print(f"{'ok   ' if is_well else 'WRONG'} {name}: {words}", flush=True)
    all_well = all(check["ok"] for check in checks)
    if arguments.json:
        found = {"version": __version__, "ok": all_well, "checks": checks}
        print(json.dumps(found, indent=2, ensure_ascii=False))
    sys.exit(0 if all_well else 1)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="idearc",
        description="Without a command, it starts the web app.",
    )
    parser.add_argument("--version", action="version", version=f"idearc {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    about = "start the web app; all options of `streamlit run` will do here, too"
    running = commands.add_parser("run", help=about, description=about, allow_abbrev=False)
    running.add_argument("--port", help="else 8501, or the next that is free")
    running.add_argument("--address", help="to listen on; else localhost")
    running.add_argument("--no-browser", action="store_true", help="open none")
    running.set_defaults(run=_run)
    about = (
        "make the tables of IDEARC_DATABASE_URL, or bring them up to date, and keep what is there"
    )
    commands.add_parser("migrate", help=about, description=about).set_defaults(run=_migrate)
    about = "carry out the jobs that Temporal gives, on as many machines as you like"
    worker = commands.add_parser("worker", help=about, description=about)
    worker.add_argument("--max-jobs", help="at once; else IDEARC_MAX_JOBS")
    worker.add_argument(
        "--grace-seconds",
        type=float,
        default=25,
        help="after SIGTERM or Ctrl-C, for what runs to end before it is handed back; default: 25",
    )
    worker.set_defaults(run=_worker)
    about = "store an idea that was exported as JSON, as a new one"
    importing = commands.add_parser("import", help=about, description=about)
    importing.add_argument("file", type=Path, metavar="FILE")
    about = "of an idea whose owner gets this one, too; else it is for who comes without log-in"
    importing.add_argument("--beside", metavar="ADDRESS", help=about)
    importing.set_defaults(run=_import)
    about = "write all that is stored in SQLite's file to a new file, also while Idearc runs"
    backing_up = commands.add_parser("backup", help=about, description=about)
    backing_up.add_argument("file", type=Path, metavar="FILE")
    backing_up.set_defaults(run=_back_up)
    about = "put a backup in the place of all that is stored, also while Idearc runs"
    restoring = commands.add_parser("restore", help=about, description=about)
    restoring.add_argument("file", type=Path, metavar="FILE")
    restoring.set_defaults(run=_restore)
    about = "check settings, database, Temporal and model, and say what to do where one is wrong"
    examining = commands.add_parser("doctor", help=about, description=about)
    examining.add_argument("--json", action="store_true", help="for monitors")
    examining.set_defaults(run=_doctor)
    for command in commands.choices.values():
        command.add_argument(
            "--verbose", action="store_true", help="say of an error also where it comes from"
        )
    given = sys.argv[1:]
    if not given or (given[0].startswith("-") and given[0] not in {"-h", "--help", "--version"}):
        given = ["run", *given]
    arguments, others = parser.parse_known_args(given)
    if arguments.command != "run" and others:
        commands.choices[arguments.command].error(f"unrecognized arguments: {' '.join(others)}")
    if late := [word for word in others if word in commands.choices]:
        parser.error(f"a command comes before its options: idearc {late[0]} …")
    arguments.of_streamlit = others
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a name that it can't show is no reason to break
    if arguments.verbose:
        logging.basicConfig(format=LOG_FORMAT)
        for name in (log.name, "idearc.doctor"):
            logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        arguments.run(arguments)
    except KeyboardInterrupt:
        sys.exit(130)  # as a shell says that it was interrupted
    except BrokenPipeError:  # who reads it has gone; nor is there anybody for the last words
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # it says what it is
        log.debug("%s", arguments.command, exc_info=True)
        sys.exit(explained(error))


if __name__ == "__main__":
    main()
