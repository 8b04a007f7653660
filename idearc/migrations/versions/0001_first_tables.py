"""First tables, also where an Idearc that knew no migrations has made some of them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "idea",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("known", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token"),
        if_not_exists=True,
    )
    op.create_table(
        "result",
        _idea_id(),
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("searched", sa.JSON(), nullable=False),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("idea_id", "job"),
        if_not_exists=True,
    )
    op.create_table(
        "choice",
        sa.Column("id", sa.Integer(), nullable=False),
        _idea_id(),
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_chosen", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        if_not_exists=True,
    )
    op.create_table(
        "competitor",
        _idea_id(),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("pricing", sa.String(), nullable=False),
        sa.Column("strengths", sa.JSON(), nullable=False),
        sa.Column("weaknesses", sa.JSON(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("search", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("idea_id", "position"),
        if_not_exists=True,
    )
    op.create_table(
        "feature",
        _idea_id(),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("weakness", sa.String(), server_default="", nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("effort", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("idea_id", "position"),
        if_not_exists=True,
    )
    there = sa.inspect(op.get_bind())
    newer: list[tuple[str, sa.Column[str]]] = [
        ("idea", sa.Column("known", sa.JSON(), server_default="[]", nullable=False)),
        ("competitor", sa.Column("search", sa.String(), server_default="", nullable=False)),
        ("feature", sa.Column("weakness", sa.String(), server_default="", nullable=False)),
    ]
    for table, column in newer:
        if all(known["name"] != column.name for known in there.get_columns(table)):
            op.add_column(table, column)
    for name, table, columns in [
        ("ix_idea_newest", "idea", ["created_at", "id"]),
        ("ix_result_newest", "result", ["job", "created_at"]),
        ("ix_choice_finding", "choice", ["idea_id", "job", "position"]),
    ]:
        op.create_index(name, table, columns, if_not_exists=True)


def _idea_id() -> sa.Column[str]:
    of_idea = sa.ForeignKey("idea.id", ondelete="CASCADE")
    return sa.Column("idea_id", sa.String(), of_idea, nullable=False)
