"""The web may be searched for an idea; competitors have evidence."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for table, column in _columns():
        op.add_column(table, column)


def _columns() -> list[tuple[str, sa.Column[Any]]]:
    return [
        ("idea", sa.Column("search_goes_to", sa.String(), server_default="", nullable=False)),
        ("result", sa.Column("search_failure", sa.String(), server_default="", nullable=False)),
        ("competitor", sa.Column("evidence", sa.String(), server_default="", nullable=False)),
    ]
