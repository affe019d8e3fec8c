"""A tombstone for every deleted client; those purged before now are not known any more."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

FROM_DELETED = """
INSERT INTO tombstone (account_id, serial, uuid, external_id, created_at, deleted_at)
SELECT account_id, serial, uuid, external_id, created_at, updated_at
FROM client WHERE is_deleted
"""


def upgrade() -> None:
    op.create_table(
        "tombstone",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("serial", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("external_id", TEXT, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_tombstone_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "serial", name=op.f("pk_tombstone")),
    )
    op.create_index("uq_tombstone_uuid", "tombstone", ["account_id", "uuid"], unique=True)
    op.create_index("ix_tombstone_external_id", "tombstone", ["account_id", "external_id"])
    newest = [sa.text("created_at DESC"), sa.text("serial DESC")]
    op.create_index("ix_tombstone_newest", "tombstone", ["account_id", *newest])
    op.create_index("ix_tombstone_deleted_at", "tombstone", ["account_id", "deleted_at"])
    op.execute(FROM_DELETED)
