"""Tombstones in a transaction: what remains of deleted and purged clients, for API users who poll.

A client gets a tombstone when it is deleted, keeps it when it is purged, and loses it when it is
restored.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import structs
from sqlalchemy import Connection, delete, insert, select, tuple_

from storage.database.conditions import in_values
from storage.model.commands import LiveKey
from storage.model.moments import MICROSECOND
from storage.model.queries import TombstoneQuery
from storage.model.records import Client, Tombstone
from storage.schema.tables import CLIENT, TOMBSTONE

from . import aliases

COPIED_COLUMNS = ("account_id", "serial", "uuid", "external_id", "created_at")
"""The columns of a client's row that its tombstone copies."""
TOMBSTONE_COLUMNS = tuple(TOMBSTONE.c[name] for name in (*COPIED_COLUMNS[1:], "deleted_at"))


def add_tombstones(connection: Connection, account_id: int, serials: Sequence[int]) -> None:
    """Add tombstones for clients that were just deleted, copied from their rows.

    The time of deletion is that of the last change. It grows even if the clock does not, so a
    poll that starts from the last tombstone misses none.
    """
    if not serials:
        return
    copied = (CLIENT.c[name] for name in COPIED_COLUMNS)
    columns = (*copied, CLIENT.c.updated_at, CLIENT.c.arrived_at)
    rows = select(*columns).where(
        CLIENT.c.account_id == account_id, in_values(CLIENT.c.serial, serials)
    )
    connection.execute(
        insert(TOMBSTONE).from_select([*COPIED_COLUMNS, "deleted_at", "arrived_at"], rows)
    )


def add_for_purged(
    connection: Connection, account_id: int, client: Client, arrival: datetime
) -> None:
    """Add a tombstone for a purged client, unless its deletion has added one already."""
    if not client.is_deleted:
        tombstone = Tombstone(
            uuid=client.uuid,
            serial=client.serial,
            external_id=client.external_id,
            created_at=client.created_at,
            deleted_at=max(arrival, client.updated_at + MICROSECOND),
        )
        row = structs.asdict(tombstone) | {"account_id": account_id, "arrived_at": arrival}
        del row["merged_into"]  # it is known by the alias
        connection.execute(insert(TOMBSTONE).values(row))


def remove_by_uuid(connection: Connection, account_id: int, uuids: Sequence[UUID]) -> None:
    """Delete the tombstones of purged clients that an import creates again under their uuids."""
    own_rows = (TOMBSTONE.c.account_id == account_id, in_values(TOMBSTONE.c.uuid, uuids))
    connection.execute(delete(TOMBSTONE).where(*own_rows))


def remove_for_client(connection: Connection, account_id: int, client: Client) -> None:
    """Delete the tombstone of a client that is restored."""
    own_rows = (TOMBSTONE.c.account_id == account_id, TOMBSTONE.c.serial == client.serial)
    connection.execute(delete(TOMBSTONE).where(*own_rows))


def list_newest(
    connection: Connection,
    account_id: int,
    query: TombstoneQuery,
    after: tuple[datetime, int] | None,
) -> tuple[Tombstone, ...]:
    """Return tombstones, the newest client first, that come after a (created_at, serial)."""
    statement = select(*TOMBSTONE_COLUMNS).where(TOMBSTONE.c.account_id == account_id)
    if query.arrived_after is not None:
        statement = statement.where(TOMBSTONE.c.arrived_at > query.arrived_after)
    if query.arrived_before is not None:
        statement = statement.where(TOMBSTONE.c.arrived_at < query.arrived_before)
    if after is not None:
        statement = statement.where(tuple_(TOMBSTONE.c.created_at, TOMBSTONE.c.serial) < after)
    order = (TOMBSTONE.c.created_at.desc(), TOMBSTONE.c.serial.desc())
    rows = connection.execute(statement.order_by(*order).limit(query.limit)).all()
    survivors = aliases.find_survivors(connection, account_id, [row.uuid for row in rows])
    return tuple(Tombstone(**row._mapping, merged_into=survivors.get(row.uuid)) for row in rows)


def has_uuid(connection: Connection, account_id: int, key: LiveKey) -> bool:
    """Return whether the uuid of a key has a tombstone. False for a key without a uuid."""
    own_rows = (TOMBSTONE.c.account_id == account_id, TOMBSTONE.c.uuid == key.uuid)
    statement = select(TOMBSTONE.c.serial).where(*own_rows)
    return key.uuid is not None and connection.execute(statement).first() is not None
