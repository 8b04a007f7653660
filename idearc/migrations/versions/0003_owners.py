"""Ideas belong to who made them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("idea", sa.Column("owner", sa.String(), server_default="", nullable=False))
    op.drop_index("ix_idea_newest", table_name="idea")
    op.create_index("ix_idea_newest", "idea", ["owner", "created_at", "id"])
