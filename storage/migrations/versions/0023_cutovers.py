"""Cut-overs: writes of a dialect that wait for a moment, and the main side of a mirror."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("account", sa.Column("frozen_dialect", TEXT, nullable=False, server_default=""))
    op.add_column("account", sa.Column("frozen_until", sa.BigInteger(), nullable=True))
    op.add_column("mirror", sa.Column("main", TEXT, nullable=False, server_default=""))
