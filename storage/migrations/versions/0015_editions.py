"""Indexes that tell of clients in which version they are; of the newest, who is deleted too."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

BY_UUID = ["account_id", "uuid", "is_deleted", "serial", "version", "created_at"]
COLUMNS: list[str | sa.TextClause] = [
    "account_id",
    sa.text("created_at DESC"),
    sa.text("serial DESC"),
    "is_deleted",
    "version",
]


def upgrade() -> None:
    op.drop_index("ix_client_newest", "client")
    op.create_index("ix_client_newest", "client", COLUMNS)
    op.create_index("ix_client_uuid_edition", "client", BY_UUID)
    op.create_index("ix_client_edition", "client", ["account_id", "serial", "version"])
