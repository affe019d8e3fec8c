"""When a token has last written: its reads stay with the primary for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("token", sa.Column("wrote_at", sa.BigInteger(), nullable=True))
