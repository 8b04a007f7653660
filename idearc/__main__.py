"""The operator's commands: python -m idearc …"""

import argparse
import sys

from idearc.database import migrate
from idearc.errors import IdearcError
from idearc.settings import Settings, read_settings


def _migrate(settings: Settings) -> None:
    migrate(settings.database_url)
    print("The database has all tables that this Idearc needs.")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m idearc")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    about = (
        "make the tables of IDEARC_DATABASE_URL, or bring them up to date, and keep what is there"
    )
    commands.add_parser("migrate", help=about, description=about).set_defaults(run=_migrate)
    arguments = parser.parse_args()
    try:
        arguments.run(read_settings())
    except IdearcError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
