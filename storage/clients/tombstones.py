"""Tombstones in a transaction: what remains of clients that are gone, for those who only poll.

A client gets one when it is deleted, keeps it when it is purged, and loses it when it comes back.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import structs
from sqlalchemy import Connection, delete, insert, select, tuple_

from storage.database.conditions import in_values
from storage.model.commands import LiveKey
from storage.model.queries import TombstoneQuery
from storage.model.records import Client, Tombstone
from storage.rules.client_changes import TICK
from storage.schema.tables import CLIENT, TOMBSTONE

KEPT = ("account_id", "serial", "uuid", "external_id", "created_at")
"""What a tombstone keeps of a client's row."""
COLUMNS = tuple(TOMBSTONE.c[name] for name in Tombstone.__struct_fields__)


def add_tombstones(connection: Connection, account_id: int, serials: Sequence[int]) -> None:
    """For clients that are deleted from now on, as their rows say; the time is that of their last
    change, which grows even when the clock does not: who polls from there on misses none."""
    if not serials:
        return
    told = (*(CLIENT.c[name] for name in KEPT), CLIENT.c.updated_at)
    rows = select(*told).where(
        CLIENT.c.account_id == account_id, in_values(CLIENT.c.serial, serials)
    )
    connection.execute(insert(TOMBSTONE).from_select([*KEPT, "deleted_at"], rows))


def add_for_purged(connection: Connection, account_id: int, client: Client, now: datetime) -> None:
    """One that was deleted before has its stone already."""
    if not client.is_deleted:
        stone = Tombstone(
            uuid=client.uuid,
            serial=client.serial,
            external_id=client.external_id,
            created_at=client.created_at,
            deleted_at=max(now, client.updated_at + TICK),
        )
        row = structs.asdict(stone) | {"account_id": account_id}
        connection.execute(insert(TOMBSTONE).values(row))


def remove_by_uuid(connection: Connection, account_id: int, uuids: Sequence[UUID]) -> None:
    """Of clients that are no more and come back from elsewhere."""
    mine = (TOMBSTONE.c.account_id == account_id, in_values(TOMBSTONE.c.uuid, uuids))
    connection.execute(delete(TOMBSTONE).where(*mine))


def remove_for_client(connection: Connection, account_id: int, client: Client) -> None:
    mine = (TOMBSTONE.c.account_id == account_id, TOMBSTONE.c.serial == client.serial)
    connection.execute(delete(TOMBSTONE).where(*mine))


def list_newest(
    connection: Connection,
    account_id: int,
    query: TombstoneQuery,
    after: tuple[datetime, int] | None,
) -> tuple[Tombstone, ...]:
    """Newest created first, from just behind a (created_at, serial) on."""
    statement = select(*COLUMNS).where(TOMBSTONE.c.account_id == account_id)
    if query.deleted_after is not None:
        statement = statement.where(TOMBSTONE.c.deleted_at > query.deleted_after)
    if query.deleted_before is not None:
        statement = statement.where(TOMBSTONE.c.deleted_at < query.deleted_before)
    if after is not None:
        statement = statement.where(tuple_(TOMBSTONE.c.created_at, TOMBSTONE.c.serial) < after)
    order = (TOMBSTONE.c.created_at.desc(), TOMBSTONE.c.serial.desc())
    rows = connection.execute(statement.order_by(*order).limit(query.limit))
    return tuple(Tombstone(**row._mapping) for row in rows)


def has_uuid(connection: Connection, account_id: int, key: LiveKey) -> bool:
    mine = (TOMBSTONE.c.account_id == account_id, TOMBSTONE.c.uuid == key.uuid)
    statement = select(TOMBSTONE.c.serial).where(*mine)
    return key.uuid is not None and connection.execute(statement).first() is not None
