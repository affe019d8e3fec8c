"""What a key means: the client of its uuid, and only then the one of its external id.

Every look-up is an equality that an index answers, one after the other.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, assert_never

from sqlalchemy import ColumnElement, Connection, Select, bindparam, select

from storage.database.fast_sql import statements
from storage.model.commands import ClientKey, LiveKey
from storage.model.errors import Invalid, Problem
from storage.rules.validation import is_storable
from storage.schema.row_mapping import CLIENT_COLUMNS
from storage.schema.tables import CLIENT, TOMBSTONE

from .filters import is_live

BoundQuery = tuple[Select[Any], dict[str, Any]]
"""A statement with its parameters: it is put together once, for that costs more than asking it."""


def select_client(*conditions: ColumnElement[bool]) -> Select[Any]:
    mine = CLIENT.c.account_id == bindparam("account_id")
    return select(*CLIENT_COLUMNS).where(mine, *conditions)


BY_SERIAL = select_client(CLIENT.c.serial == bindparam("serial"))
BY_UUID = select_client(is_live(), CLIENT.c.uuid == bindparam("uuid"))
BY_EXTERNAL_ID = select_client(is_live(), CLIENT.c.external_id == bindparam("external_id"))
HELD = {asked: asked.with_for_update() for asked in (BY_SERIAL, BY_UUID, BY_EXTERNAL_ID)}


def fetch_first(connection: Connection, looks: Iterable[BoundQuery]) -> statements.Row | None:
    """The first row of the first statement that has one, else None."""
    for statement, given in looks:
        row = statements.fetch_first(connection, statement, given)
        if row is not None:
            return row
    return None


def key_queries(account_id: int, key: ClientKey) -> Iterator[BoundQuery]:
    match key:
        case int() if is_storable(key):
            yield BY_SERIAL, {"account_id": account_id, "serial": key}
        case int():
            pass
        case LiveKey():
            if key.uuid is not None:
                yield BY_UUID, {"account_id": account_id, "uuid": key.uuid}
            if is_storable(key.external_id):
                yield BY_EXTERNAL_ID, {"account_id": account_id, "external_id": key.external_id}
        case _:
            assert_never(key)


def locking_queries(looks: Iterable[BoundQuery]) -> Iterator[BoundQuery]:
    """The same looks, at rows that are held until the transaction ends."""
    return ((HELD[statement], given) for statement, given in looks)


def cursor_position(
    connection: Connection, account_id: int, key: LiveKey, *, among_gone: bool = False
) -> tuple[datetime, int]:
    """Where a client stands in the newest-first list, be it gone by now. Of a living client and
    a gone one with the same external id, the one that the list is of; of several gone ones, the
    newest. Raises Invalid for a key that never was anybody's."""
    places = position_queries(account_id, key, among_gone=among_gone)
    found = (connection.execute(place.limit(1)).first() for place in places)
    row = next((row for row in found if row is not None), None)
    if row is None:
        raise Invalid(Problem(("after",), "is unknown"))
    return row.created_at, row.serial


def position_queries(account_id: int, key: LiveKey, *, among_gone: bool) -> Iterator[Select[Any]]:
    living = select(CLIENT.c.created_at, CLIENT.c.serial).where(
        CLIENT.c.account_id == account_id, is_live()
    )
    gone = select(TOMBSTONE.c.created_at, TOMBSTONE.c.serial).where(
        TOMBSTONE.c.account_id == account_id
    )
    if key.uuid is not None:
        yield living.where(CLIENT.c.uuid == key.uuid)
        yield gone.where(TOMBSTONE.c.uuid == key.uuid)
    if not is_storable(key.external_id):
        return
    named = [
        living.where(CLIENT.c.external_id == key.external_id),
        gone.where(TOMBSTONE.c.external_id == key.external_id).order_by(TOMBSTONE.c.serial.desc()),
    ]
    yield from reversed(named) if among_gone else named
