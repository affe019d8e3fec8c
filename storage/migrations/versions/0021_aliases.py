"""Aliases: keys of clients that were merged into another client, which they now mean."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "alias",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("namespace", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("client_serial", sa.BigInteger(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_alias_account_id")),
        sa.PrimaryKeyConstraint("account_id", "namespace", "key", name=op.f("pk_alias")),
    )
    op.create_index("ix_alias_client", "alias", ["account_id", "client_serial"])
