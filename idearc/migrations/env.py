"""What Alembic runs: on a connection that is given, or for its command line on one of its own."""

from alembic import context
from sqlalchemy import Connection

from idearc import jobs  # noqa: F401 # their tables
from idearc.database import begin_migration, create
from idearc.models import Base
from idearc.settings import read_settings


def _run(connection: Connection) -> None:
    # In batches, as SQLite can't alter a table: a new one is made.
    context.configure(connection, target_metadata=Base.metadata, render_as_batch=True)
    context.run_migrations()


if given := context.config.attributes.get("connection"):
    _run(given)
else:
    with create(read_settings().database_url, lock_seconds=10).connect() as own:
        begin_migration(own)
        _run(own)
        own.commit()
