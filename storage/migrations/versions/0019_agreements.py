"""Links keep what both sides showed when they last agreed, and conflicts keep both values."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
WORDS = ("group", "fields", "here", "there", "state", "winner")


def upgrade() -> None:
    op.add_column("origin", sa.Column("agreed", sa.LargeBinary(), nullable=True))
    op.drop_index("ix_origin_client", "origin")
    columns = ["account_id", "client_serial", "source", "version"]
    op.create_index("ix_origin_client", "origin", columns)
    op.create_table(
        "conflict",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("client_serial", sa.BigInteger(), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in WORDS),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_conflict_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
    )
    op.create_index("ix_conflict_client", "conflict", ["account_id", "client_serial"])
