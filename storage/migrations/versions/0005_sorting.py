"""Clients sorted by what they are shown as and by their contacts, custom texts without case.

The new columns are filled here as storage/schema/row_mapping.py fills them in every write.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.migrations.folding_as_of_0005 import fold_as_of_0005

revision = "0005"
down_revision = "0004"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BATCH = 1000

COPIED = ("vat_number", "custom_value1", "custom_value2", "custom_value3", "custom_value4")
FOLDED = [f"{name}_folded" for name in COPIED]
ADDED = ["display_folded", "contact_folded", "contact_email_folded", *FOLDED]

CLIENT = sa.table(
    "client", *map(sa.column, ["account_id", "serial", "name_folded", *COPIED, *ADDED])
)
CONTACT = sa.table(
    "contact",
    *map(sa.column, ["account_id", "client_serial", "first_name", "last_name", "email_folded"]),
    sa.column("is_primary", sa.Boolean()),
    sa.column("deleted_at"),
)


def upgrade() -> None:
    for name in ADDED:
        op.add_column("client", sa.Column(name, TEXT, nullable=False, server_default=""))
    connection = op.get_bind()
    for rows in batches(connection):
        connection.execute(filling(), [derived(row) for row in rows])
    op.drop_index("ix_client_name", "client")
    op.create_index("ix_client_display", "client", ["account_id", "display_folded", "serial"])


def batches(connection: sa.Connection) -> Iterator[list[Any]]:
    """Every client with its primary contact, in the order of the key."""
    after = None
    while rows := list(connection.execute(following(after))):
        yield rows
        after = (rows[-1].account_id, rows[-1].serial)


def following(after: tuple[int, int] | None) -> sa.Select[Any]:
    primary = sa.and_(
        CONTACT.c.account_id == CLIENT.c.account_id,
        CONTACT.c.client_serial == CLIENT.c.serial,
        CONTACT.c.is_primary.is_(True),
        CONTACT.c.deleted_at.is_(None),
    )
    key = (CLIENT.c.account_id, CLIENT.c.serial)
    columns = [*key, CLIENT.c.name_folded, *(CLIENT.c[name] for name in COPIED)]
    people = [CONTACT.c.first_name, CONTACT.c.last_name, CONTACT.c.email_folded]
    statement = sa.select(*columns, *people).select_from(CLIENT.outerjoin(CONTACT, primary))
    if after is not None:
        statement = statement.where(sa.tuple_(*key) > sa.tuple_(*map(sa.literal, after)))
    return statement.order_by(*key).limit(BATCH)


def derived(row: Any) -> dict[str, Any]:
    name = fold_as_of_0005(" ".join(part for part in (row.first_name, row.last_name) if part))
    email = row.email_folded or ""
    return {
        "key_account": row.account_id,
        "key_serial": row.serial,
        "display_folded": row.name_folded or name or email,
        "contact_folded": name,
        "contact_email_folded": email,
        **{f"{column}_folded": fold_as_of_0005(getattr(row, column)) for column in COPIED},
    }


def filling() -> sa.Update:
    mine = (
        CLIENT.c.account_id == sa.bindparam("key_account"),
        CLIENT.c.serial == sa.bindparam("key_serial"),
    )
    return sa.update(CLIENT).where(*mine).values({name: sa.bindparam(name) for name in ADDED})
