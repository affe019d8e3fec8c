"""What a key means: the client of its uuid, and only then the one of its external id.

Every look-up is an equality that an index answers, one after the other.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, assert_never

from sqlalchemy import Connection, Select, select

from .commands import ClientKey, LiveKey
from .errors import Invalid, Problem
from .limits import is_storable
from .rows import CLIENT_COLUMNS
from .select import live
from .tables import CLIENT, TOMBSTONE


def first(connection: Connection, statements: Iterable[Select[Any]]) -> Any:
    """The first row of the first statement that has one, else None."""
    for statement in statements:
        row = connection.execute(statement.limit(1)).first()
        if row is not None:
            return row
    return None


def clients_of(account_id: int, key: ClientKey) -> Iterator[Select[Any]]:
    mine = select(*CLIENT_COLUMNS).where(CLIENT.c.account_id == account_id)
    match key:
        case int() if is_storable(key):
            yield mine.where(CLIENT.c.serial == key)
        case int():
            pass
        case LiveKey():
            if key.uuid is not None:
                yield mine.where(live(), CLIENT.c.uuid == key.uuid)
            if is_storable(key.external_id):
                yield mine.where(live(), CLIENT.c.external_id == key.external_id)
        case _:
            assert_never(key)


def place(
    connection: Connection, account_id: int, key: LiveKey, *, among_gone: bool = False
) -> tuple[datetime, int]:
    """Where a client stands in the newest-first list, be it gone by now. Of a living client and
    a gone one with the same external id, the one that the list is of; of several gone ones, the
    newest. Raises Invalid for a key that never was anybody's."""
    row = first(connection, places_of(account_id, key, among_gone=among_gone))
    if row is None:
        raise Invalid(Problem(("after",), "is unknown"))
    return row.created_at, row.serial


def places_of(account_id: int, key: LiveKey, *, among_gone: bool) -> Iterator[Select[Any]]:
    living = select(CLIENT.c.created_at, CLIENT.c.serial).where(
        CLIENT.c.account_id == account_id, live()
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
