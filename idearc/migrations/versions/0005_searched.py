"""Ideas are searched by a text of its own, in which what looks alike is equal."""

import sqlalchemy as sa
from alembic import op

from idearc.spelling import normalised

revision = "0005"
down_revision = "0004"

_AT_ONCE = 1_000  # rows that are in memory at the same time


def upgrade() -> None:
    op.add_column("idea", sa.Column("searched", sa.String(), server_default="", nullable=False))
    idea = sa.table("idea", *map(sa.column, ("id", "name", "text", "searched")))
    connection, last = op.get_bind(), ""
    read = sa.select(idea.c.id, idea.c.name, idea.c.text).order_by(idea.c.id).limit(_AT_ONCE)
    write = (
        sa.update(idea).where(idea.c.id == sa.bindparam("of")).values(searched=sa.bindparam("new"))
    )
    while rows := connection.execute(read.where(idea.c.id > last)).all():
        last = rows[-1].id
        texts = [{"of": row.id, "new": normalised(f"{row.name} {row.text}")} for row in rows]
        connection.execute(write, texts)
