"""Runs that carry clients between services, and how far an origin and its client agree."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
MOMENTS = {"started_at": False, "updated_at": False, "ended_at": True}
WORDS = ("verb", "dialect", "source", "state", "options", "holder", "checkpoint")


def upgrade() -> None:
    op.add_column("origin", sa.Column("stamp", TEXT, nullable=False, server_default=""))
    op.add_column("origin", sa.Column("version", sa.BigInteger(), nullable=True))
    op.create_table(
        "run",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in WORDS),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=may) for name, may in MOMENTS.items()),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_run_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_index(op.f("ix_run_account_id"), "run", ["account_id"])
    op.create_table(
        "run_line",
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("kind", "client", "field", "text")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_line_run_id")),
        sa.PrimaryKeyConstraint("run_id", "place", name=op.f("pk_run_line")),
    )
    op.create_index("ix_run_line_kind", "run_line", ["run_id", "kind", "field"])
