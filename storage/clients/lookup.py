"""Looks up a client by its key: first by the uuid, then by the external id.

Every query is an equality that an index answers. The queries run one after the other.
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
from storage.schema.tables import ALIAS, CLIENT, TOMBSTONE

from .aliases import FORMER, LIVE_KEY, SERIAL
from .filters import is_live

BoundQuery = tuple[Select[Any], dict[str, Any]]
"""A statement with its parameters. The statements are constants: building one costs more than
running it."""


def select_client(*conditions: ColumnElement[bool]) -> Select[Any]:
    own_rows = CLIENT.c.account_id == bindparam("account_id")
    return select(*CLIENT_COLUMNS).where(own_rows, *conditions)


SELECT_BY_SERIAL = select_client(CLIENT.c.serial == bindparam("serial"))
SELECT_BY_UUID = select_client(is_live(), CLIENT.c.uuid == bindparam("uuid"))
SELECT_BY_EXTERNAL_ID = select_client(is_live(), CLIENT.c.external_id == bindparam("external_id"))
OWNER_OF_ALIAS = (
    select(ALIAS.c.client_serial)
    .where(ALIAS.c.account_id == bindparam("account_id"))
    .where(ALIAS.c.namespace == bindparam("namespace"), ALIAS.c.key == bindparam("key"))
    .scalar_subquery()
)
SELECT_BY_ALIAS = select_client(CLIENT.c.serial == OWNER_OF_ALIAS)
SELECT_LIVE_BY_ALIAS = select_client(is_live(), CLIENT.c.serial == OWNER_OF_ALIAS)
LOCKING_STATEMENTS = {
    statement: statement.with_for_update()
    for statement in (
        SELECT_BY_SERIAL,
        SELECT_BY_UUID,
        SELECT_BY_EXTERNAL_ID,
        SELECT_BY_ALIAS,
        SELECT_LIVE_BY_ALIAS,
    )
}


def fetch_first_row(
    connection: Connection, queries: Iterable[BoundQuery]
) -> statements.ResultRow | None:
    """Return the first row of the first query that has one, else None."""
    for statement, parameters in queries:
        row = statements.fetch_first(connection, statement, parameters)
        if row is not None:
            return row
    return None


def key_queries(account_id: int, key: ClientKey) -> Iterator[BoundQuery]:
    """Yield the queries for the client of a key, in the order to try them."""
    match key:
        case int() if is_storable(key):
            yield SELECT_BY_SERIAL, {"account_id": account_id, "serial": key}
            yield SELECT_BY_ALIAS, alias_parameters(account_id, FORMER, str(key))
        case int():
            pass
        case LiveKey(external_id=external_id, uuid=uuid):
            if uuid is not None:
                yield SELECT_BY_UUID, {"account_id": account_id, "uuid": uuid}
            if is_storable(external_id):
                yield SELECT_BY_EXTERNAL_ID, {"account_id": account_id, "external_id": external_id}
        case _:
            assert_never(key)


def key_and_alias_queries(account_id: int, key: ClientKey) -> Iterator[BoundQuery]:
    """Yield the queries for the client of a key, also of one that has been merged into it."""
    yield from key_queries(account_id, key)
    match key:
        case int():
            yield SELECT_BY_ALIAS, alias_parameters(account_id, SERIAL, str(key))
        case LiveKey(external_id=external_id, uuid=uuid):
            for text in dict.fromkeys(filter(is_storable, (str(uuid or ""), external_id))):
                yield SELECT_LIVE_BY_ALIAS, alias_parameters(account_id, LIVE_KEY, text)
        case _:
            assert_never(key)


def alias_parameters(account_id: int, namespace: str, key: str) -> dict[str, Any]:
    return {"account_id": account_id, "namespace": namespace, "key": key}


def locking_queries(queries: Iterable[BoundQuery]) -> Iterator[BoundQuery]:
    """Return the same queries with FOR UPDATE: rows stay locked until the transaction ends."""
    return ((LOCKING_STATEMENTS[statement], parameters) for statement, parameters in queries)


def get_cursor_position(
    connection: Connection, account_id: int, key: LiveKey, *, prefers_deleted: bool = False
) -> tuple[datetime, int]:
    """Return the (created_at, serial) of a client, also of a client that is deleted or purged.

    A live client and deleted clients may share an external id: `prefers_deleted` says which one
    counts. Among deleted clients, the newest counts. Raises Invalid if no client ever had the key.
    """
    queries = position_queries(account_id, key, prefers_deleted=prefers_deleted)
    rows = (connection.execute(query.limit(1)).first() for query in queries)
    row = next((row for row in rows if row is not None), None)
    if row is None:
        raise Invalid(Problem(("after",), "is unknown"))
    return row.created_at, row.serial


def position_queries(
    account_id: int, key: LiveKey, *, prefers_deleted: bool
) -> Iterator[Select[Any]]:
    """Yield the statements for the (created_at, serial) of a key, in the order to try them."""
    select_live = select(CLIENT.c.created_at, CLIENT.c.serial).where(
        CLIENT.c.account_id == account_id, is_live()
    )
    select_deleted = select(TOMBSTONE.c.created_at, TOMBSTONE.c.serial).where(
        TOMBSTONE.c.account_id == account_id
    )
    if key.uuid is not None:
        yield select_live.where(CLIENT.c.uuid == key.uuid)
        yield select_deleted.where(TOMBSTONE.c.uuid == key.uuid)
    if not is_storable(key.external_id):
        return
    newest_deleted = select_deleted.order_by(TOMBSTONE.c.serial.desc())
    by_external_id = [
        select_live.where(CLIENT.c.external_id == key.external_id),
        newest_deleted.where(TOMBSTONE.c.external_id == key.external_id),
    ]
    yield from reversed(by_external_id) if prefers_deleted else by_external_id
