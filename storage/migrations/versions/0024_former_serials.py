"""Aliases of contacts: former serials of those that got theirs from another server."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column("alias", sa.Column("contact_serial", sa.BigInteger(), nullable=True))
    # What a push has noted until now: ids under which a service knows clients of this store.
    op.execute(
        "UPDATE alias SET namespace = 'former serial' WHERE namespace = 'serial' AND NOT EXISTS"
        " (SELECT 1 FROM tombstone WHERE tombstone.account_id = alias.account_id"
        " AND CAST(tombstone.serial AS VARCHAR) = alias.key)"
    )
