"""An idea may be refined: versions in a line."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("idea") as idea:
        idea.add_column(sa.Column("line_id", sa.String()))
        idea.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
        idea.add_column(sa.Column("parent_version", sa.Integer()))
    op.execute("UPDATE idea SET line_id = id")
    with op.batch_alter_table("idea") as idea:
        idea.alter_column("line_id", existing_type=sa.String(), nullable=False)
        idea.alter_column("version", existing_type=sa.Integer(), server_default=None)
        idea.create_unique_constraint("uq_idea_version", ["line_id", "version"])
