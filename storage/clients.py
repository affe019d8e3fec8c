"""Clients in a write transaction: locked, inserted, saved, purged."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import compress
from operator import attrgetter, ne
from typing import Any, NamedTuple
from uuid import UUID

from msgspec import structs
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from . import births, driven, finding, keys, tombstones
from .among import is_among, is_one_of, storable
from .commands import ClientKey, LiveKey
from .errors import Conflict, NotFound
from .folding import folded_key
from .records import Client, Origin
from .rows import (
    CLIENT_FIELDS,
    Row,
    changed_columns,
    client_row,
    contact_row,
    document_row,
)
from .select import by_serials
from .tables import CLIENT, CONTACT, DOCUMENT, ORIGIN

UUID_SHAPE = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Identity(NamedTuple):
    """A text that only one client of an account may have: how it is compared, and who owns one of
    the values that are asked about."""

    normal: Callable[[str], str]
    owners: Select[Any]


def owners(owned: ColumnElement[bool]) -> Select[Any]:
    own = CLIENT.c.account_id == bindparam("account_id")
    other = CLIENT.c.serial.is_distinct_from(bindparam("owner"))
    return select(CLIENT.c.serial).where(own, owned, other).limit(1)


LIVE_EXTERNAL_ID = CLIENT.c.is_deleted.is_(False) & is_among(CLIENT.c.external_id, "values")
IDENTITIES = {
    "number": Identity(folded_key, owners(is_among(CLIENT.c.number_folded, "values"))),
    "id_number": Identity(folded_key, owners(is_among(CLIENT.c.id_number_folded, "values"))),
    "external_id": Identity(str, owners(LIVE_EXTERNAL_ID)),
}
OWNERS_OF_UUIDS = owners(is_among(CLIENT.c.uuid, "values"))
"""An external id must not be another client's uuid either, not even that of a deleted one, who
may come back: a key must never mean two of them."""


def updating(table: Table) -> Update:
    """Sets what it is given of one row."""
    own = table.c.account_id == bindparam("own_account_id")
    return update(table).where(own, table.c.serial == bindparam("own_serial"))


UNDERIVED = (
    frozenset({"version", "updated_at", "private_notes", "public_notes", "settings", "website"})
    | frozenset({"phone", "phone_rank", "address1", "address2", "city", "state", "postal_code"})
    | frozenset({"country_id", "assigned_user_serial", "group_serial"})
)
"""Fields of which no column is derived, and which often change alone."""
values_of = attrgetter(*CLIENT_FIELDS)
UPDATES = {table: updating(table) for table in (CLIENT, CONTACT, DOCUMENT)}


def wanted_identities(sources: Sequence[object]) -> dict[str, list[str]]:
    """What records or commands want to be known by, in the form that is compared."""
    given = {field: [wanted(source, field) for source in sources] for field in IDENTITIES}
    return {
        field: [IDENTITIES[field].normal(value) for value in values if value]
        for field, values in given.items()
    }


def wanted(source: object, field: str) -> str | None:
    """An external id is free again as soon as its client is deleted."""
    if field == "external_id" and getattr(source, "is_deleted", False):
        return None
    value: str | None = getattr(source, field, None) or None  # UNSET of a command
    return value


def locked_or_none(connection: Connection, account_id: int, key: ClientKey) -> Client | None:
    """The client, held until the transaction ends: what is decided on it stays true."""
    held = keys.held(keys.clients_of(account_id, key))
    return finding.one_or_none(connection, account_id, held)


def locked(connection: Connection, account_id: int, key: ClientKey) -> Client:
    client = locked_or_none(connection, account_id, key)
    if client is None:
        raise NotFound("client")
    return client


def locked_in_order(
    connection: Connection, account_id: int, serials: Iterable[int]
) -> Iterator[Client]:
    """Clients by serial, locked in its order, so that two such calls cannot block each other."""
    serials = sorted(set(serials))
    for start in range(0, len(serials), finding.BATCH):
        statement = by_serials(account_id, serials[start : start + finding.BATCH]).with_for_update()
        yield from finding.records(connection, account_id, connection.execute(statement).all())


def refuse_deleted_uuid(connection: Connection, account_id: int, key: LiveKey) -> None:
    if tombstones.has_uuid(connection, account_id, key):
        raise NotFound("client")


def inserted(connection: Connection, account_id: int, clients: Sequence[Client]) -> None:
    laid(connection, account_id, clients)
    births.told(connection, account_id, list(map(births.life, clients)))


def laid(connection: Connection, account_id: int, clients: Sequence[Client]) -> None:
    """The rows of new clients, of whom births.py has yet to be told."""
    driven.inserted(connection, CLIENT, [client_row(account_id, c) for c in clients])
    rows = [contact_row(account_id, c.serial, contact) for c in clients for contact in c.contacts]
    driven.inserted(connection, CONTACT, rows)
    files = [document_row(account_id, document) for c in clients for document in c.documents]
    if files:
        connection.execute(insert(DOCUMENT), files)
    tombstones.laid(connection, account_id, [c.serial for c in clients if c.is_deleted])


def inserted_origins(
    connection: Connection, account_id: int, owned: Sequence[tuple[int, Origin]]
) -> None:
    """Raises Conflict when an origin is that of another client, or of two of these."""
    if not owned:
        return
    keys = [(origin.source, origin.foreign_id) for _, origin in owned]
    if len(set(keys)) < len(keys) or not known_origins(connection, account_id, keys).isdisjoint(
        keys
    ):
        raise Conflict("client", ("origins",))
    rows = [
        structs.asdict(origin) | {"account_id": account_id, "client_serial": serial}
        for serial, origin in owned
    ]
    if rows:
        connection.execute(insert(ORIGIN), rows)


def known_origins(
    connection: Connection, account_id: int, keys: Sequence[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Those of these that clients have, and maybe others."""
    sources, foreign_ids = zip(*keys, strict=True) if keys else ((), ())
    statement = select(ORIGIN.c.source, ORIGIN.c.foreign_id).where(
        ORIGIN.c.account_id == account_id,
        is_one_of(ORIGIN.c.source, sources),
        is_one_of(ORIGIN.c.foreign_id, foreign_ids),
    )
    return {(row.source, row.foreign_id) for row in connection.execute(statement)}


def purged(connection: Connection, account_id: int, record: Client, now: datetime) -> None:
    """Remove the rows of a client, those that point to it first; its tombstone stays."""
    tombstones.laid_for_purged(connection, account_id, record, now)
    for table in (CONTACT, DOCUMENT, ORIGIN):
        mine = (table.c.account_id == account_id, table.c.client_serial == record.serial)
        connection.execute(delete(table).where(*mine))
    mine = (CLIENT.c.account_id == account_id, CLIENT.c.serial == record.serial)
    connection.execute(delete(CLIENT).where(*mine))


def saved(connection: Connection, account_id: int, before: Client, after: Client) -> None:
    """Write the columns that differ; the contacts that are gone get a time of deletion."""
    updated(connection, CLIENT, account_id, after.serial, differences(account_id, before, after))
    if after.is_deleted and not before.is_deleted:
        tombstones.laid(connection, account_id, [after.serial])
    if before.is_deleted and not after.is_deleted:
        tombstones.lifted(connection, account_id, after)
    if before.contacts != after.contacts:
        saved_contacts(connection, account_id, before, after)
    if before.documents != after.documents:
        saved_documents(connection, account_id, before, after)


def differences(account_id: int, before: Client, after: Client) -> Row:
    """The columns that differ. Those that are derived take longer to make than to write."""
    told = tuple(compress(CLIENT_FIELDS, map(ne, values_of(before), values_of(after))))
    if UNDERIVED.issuperset(told) and before.contacts == after.contacts:
        return {name: getattr(after, name) for name in told}
    return changed_columns(client_row(account_id, before), client_row(account_id, after))


def updated(
    connection: Connection, table: Table, account_id: int, serial: int, values: Row
) -> None:
    if values:
        own = {"own_account_id": account_id, "own_serial": serial}
        driven.written(connection, UPDATES[table], values | own)


def saved_contacts(connection: Connection, account_id: int, before: Client, after: Client) -> None:
    old = {c.serial: contact_row(account_id, before.serial, c) for c in before.contacts}
    new = {c.serial: contact_row(account_id, after.serial, c) for c in after.contacts}
    driven.inserted(connection, CONTACT, [new[serial] for serial in new if serial not in old])
    for serial, row in old.items():
        gone = {"deleted_at": after.updated_at}
        values = changed_columns(row, new[serial]) if serial in new else gone
        updated(connection, CONTACT, account_id, serial, values)


def saved_documents(connection: Connection, account_id: int, before: Client, after: Client) -> None:
    """Of a document that is gone nothing remains."""
    old = {d.serial: document_row(account_id, d) for d in before.documents}
    new = {d.serial: document_row(account_id, d) for d in after.documents}
    added = [row for serial, row in new.items() if serial not in old]
    if added:
        connection.execute(insert(DOCUMENT), added)
    for serial, row in old.items():
        if serial in new:
            values = changed_columns(row, new[serial])
            updated(connection, DOCUMENT, account_id, serial, values)
        else:
            mine = (DOCUMENT.c.account_id == account_id, DOCUMENT.c.serial == serial)
            connection.execute(delete(DOCUMENT).where(*mine))


def refuse_taken(
    connection: Connection,
    account_id: int,
    wanted: Mapping[str, Sequence[str]],
    owner: int | None = None,
) -> None:
    """Raise Conflict when a wanted value is wanted twice or owned by a client beside `owner`."""
    fields = tuple(
        field
        for field, values in wanted.items()
        if len(set(values)) < len(values) or is_owned(connection, account_id, field, values, owner)
    )
    if fields:
        raise Conflict("client", fields)


def is_owned(
    connection: Connection, account_id: int, field: str, values: Sequence[str], owner: int | None
) -> bool:
    looks: list[tuple[Select[Any], list[Any]]] = [(IDENTITIES[field].owners, storable(values))]
    if field == "external_id":
        uuids = [UUID(value) for value in values if UUID_SHAPE.fullmatch(value)]
        looks.append((OWNERS_OF_UUIDS, uuids))
    own = {"account_id": account_id, "owner": owner}
    rows = (driven.first(connection, look, {**own, "values": v}) for look, v in looks if v)
    return any(row is not None for row in rows)
