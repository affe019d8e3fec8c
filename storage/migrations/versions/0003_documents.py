"""Documents of clients, and their serials."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column(
        "account",
        sa.Column("next_document_serial", sa.BigInteger(), nullable=False, server_default="1"),
    )
    op.create_table(
        "document",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("serial", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("client_serial", sa.BigInteger(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("user_serial", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("name_folded", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "client_serial"],
            ["client.account_id", "client.serial"],
            name=op.f("fk_document_account_id_client_serial"),
        ),
        sa.PrimaryKeyConstraint("account_id", "serial", name=op.f("pk_document")),
    )
    op.create_index("ix_document_client", "document", ["account_id", "client_serial"], unique=False)
