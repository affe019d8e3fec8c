"""Lists by number, by balance and by group go by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_index("ix_client_number_order", "client", ["account_id", "number_order", "serial"])
    op.create_index("ix_client_balance", "client", ["account_id", "balance", "serial"])
    has_group = sa.text("group_serial IS NOT NULL")
    op.create_index(
        "ix_client_group",
        "client",
        ["account_id", "group_serial"],
        sqlite_where=has_group,
        postgresql_where=has_group,
    )
