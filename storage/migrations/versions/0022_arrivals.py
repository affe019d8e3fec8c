"""The moments at which changes arrive, in the order of commits, beside the times of change."""

from time import time_ns

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

TABLES = (("account", "last_arrival"), ("client", "arrived_at"), ("tombstone", "arrived_at"))


def upgrade() -> None:
    for table, column in TABLES:
        op.add_column(table, sa.Column(column, sa.BigInteger(), nullable=False, server_default="0"))
    # A time of change in the future came with an import: no change has arrived later than now.
    now = time_ns() // 1000
    for table, moment in (("client", "updated_at"), ("tombstone", "deleted_at")):
        op.execute(
            f"UPDATE {table} SET arrived_at ="  # noqa: S608
            f" CASE WHEN {moment} < {now} THEN {moment} ELSE {now} END"
        )
    for table in ("client", "tombstone"):
        op.execute(
            f"UPDATE account SET last_arrival = arrived.last FROM (SELECT account_id,"  # noqa: S608
            f" max(arrived_at) AS last FROM {table} GROUP BY account_id) AS arrived"
            " WHERE arrived.account_id = account.id AND arrived.last > account.last_arrival"
        )
    op.create_index("ix_client_arrived_at", "client", ["account_id", "arrived_at"])
    op.create_index("ix_tombstone_arrived_at", "tombstone", ["account_id", "arrived_at"])
    op.drop_index("ix_tombstone_deleted_at", "tombstone")
