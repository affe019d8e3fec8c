"""A nameless client with a blank primary contact is sorted by the next contact, as it is shown.

The column is filled here as storage/schema/row_mapping.py fills it in every write.
"""

from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.migrations.folding_as_of_0005 import MAX_FOLDED_LENGTH, fold_as_of_0005

revision = "0010"
down_revision = "0009"

LENT = ("first_name", "last_name", "email")
CLIENT = sa.table("client", *map(sa.column, ["account_id", "serial", "display_folded"]))
CONTACT = sa.table(
    "contact",
    *map(sa.column, ["account_id", "client_serial", "serial", *LENT]),
    sa.column("is_primary", sa.Boolean()),
    sa.column("deleted_at"),
)
OWNER = attrgetter("account_id", "client_serial")


def upgrade() -> None:
    connection = op.get_bind()
    for owner, people in groupby(connection.execute(lenders()).all(), OWNER):
        mine = (CLIENT.c.account_id == owner[0], CLIENT.c.serial == owner[1])
        shown = fold_as_of_0005(lent(next(people)))[:MAX_FOLDED_LENGTH]
        connection.execute(sa.update(CLIENT).where(*mine).values(display_folded=shown))


def lenders() -> sa.Select[Any]:
    """Of clients that are sorted by nothing: the contacts with a name or an e-mail, in order."""
    nameless = sa.and_(
        CLIENT.c.account_id == CONTACT.c.account_id,
        CLIENT.c.serial == CONTACT.c.client_serial,
        sa.func.trim(CLIENT.c.display_folded) == "",
    )
    told = [sa.func.trim(CONTACT.c[name]) != "" for name in LENT]
    return (
        sa.select(CONTACT)
        .join(CLIENT, nameless)
        .where(CONTACT.c.deleted_at.is_(None), sa.or_(*told))
        .order_by(CONTACT.c.account_id, CONTACT.c.client_serial)
        .order_by(CONTACT.c.is_primary.desc(), CONTACT.c.serial)
    )


def lent(contact: Any) -> str:
    name = " ".join(part for part in (contact.first_name, contact.last_name) if part)
    return name if name.strip() else str(contact.email)
