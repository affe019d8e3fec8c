"""Runs that carry clients between services, and how far an origin and its client agree."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
MOMENTS = {"started_at": False, "updated_at": False, "ended_at": True}
WORDS = ("verb", "dialect", "source", "state", "options", "holder", "checkpoint")

# While a row is in here, in a transaction that makes many clients, the index looks away: the
# transaction tells it of all of them at once.
PAUSE = "CREATE TABLE client_search_pause (is_paused INTEGER NOT NULL)"
NO_TRIGGER = "DROP TRIGGER client_search_insert"
TRIGGER = """
CREATE TRIGGER client_search_insert AFTER INSERT ON client
WHEN NOT EXISTS (SELECT 1 FROM client_search_pause)
BEGIN
INSERT INTO client_search (rowid, search, name_folded)
VALUES (new.account_id * 4294967296 + new.serial, new.search, new.name_folded);
END
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in (PAUSE, NO_TRIGGER, TRIGGER):
            op.execute(statement)
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
