"""What is in an index becomes short: of a long name its beginning, of an identity its key.

The columns are filled here as storage/schema/row_mapping.py fills them in every write.
"""

import sqlalchemy as sa
from alembic import op

from storage.migrations.folding_as_of_0005 import MAX_FOLDED_LENGTH, fold_key_as_of_0008

revision = "0008"
down_revision = "0007"

KEYS = [
    ("client", "number_folded", "number"),
    ("client", "id_number_folded", "id_number"),
    ("contact", "email_folded", "email"),
]


def upgrade() -> None:
    client = sa.table("client", sa.column("display_folded"))
    beginning = sa.func.substr(client.c.display_folded, 1, MAX_FOLDED_LENGTH)
    op.execute(
        sa.update(client)
        .where(sa.func.length(client.c.display_folded) > MAX_FOLDED_LENGTH)
        .values(display_folded=beginning)
    )
    for table, derived, source in KEYS:
        fill(table, derived, source)


def fill(name: str, derived: str, source: str) -> None:
    connection = op.get_bind()
    table = sa.table(name, *map(sa.column, ["account_id", "serial", derived, source]))
    long = sa.select(table).where(sa.func.length(table.c[derived]) > MAX_FOLDED_LENGTH)
    for row in connection.execute(long).all():
        mine = (table.c.account_id == row.account_id, table.c.serial == row.serial)
        values = {derived: fold_key_as_of_0008(getattr(row, source))}
        connection.execute(sa.update(table).where(*mine).values(values))
