"""Keeps the tables as new as the code, by Alembic.

A change to a table that exists is a revision, a file in `versions/`. A new job's table needs none:
what is missing as a whole is made from the models.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from idearc import jobs  # noqa: F401 # their tables
from idearc.errors import StoreError
from idearc.models import Base

_FOLDER = Path(__file__).parent
NEWEST = max(path.name.split("_")[0] for path in _FOLDER.glob("versions/[0-9]*.py"))


def is_current(connection: Connection) -> bool:
    """Whether nothing is to be done. Raises StoreError when a newer Idearc has been here."""
    there = set(inspect(connection).get_table_names())
    if "alembic_version" not in there:
        return False
    revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if revision and revision > NEWEST:
        raise StoreError(
            f"The database was brought to revision {revision} by a newer Idearc; this one knows "
            f"those up to {NEWEST}. Update Idearc, or put back a backup from before its update, "
            "then start it again."
        )
    return revision == NEWEST and there >= set(Base.metadata.tables)


def migrate(connection: Connection) -> None:
    """All or nothing, in a transaction that has begun. Raises StoreError as `is_current` does."""
    from alembic import command
    from alembic.config import Config

    if is_current(connection):
        return
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    Base.metadata.create_all(connection)
    connection.commit()
