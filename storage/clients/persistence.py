"""Clients in a write transaction: locked, inserted, saved, purged."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import compress
from operator import attrgetter, ne

from msgspec import structs
from sqlalchemy import Connection, Table, Update, bindparam, delete, insert, select, update

from storage.database.conditions import is_one_of
from storage.database.fast_sql import statements
from storage.indexes import new_clients
from storage.model.commands import ClientKey, LiveKey
from storage.model.errors import Conflict, NotFound
from storage.model.records import Client, Origin
from storage.schema.row_mapping import (
    CLIENT_FIELDS,
    Row,
    changed_columns,
    client_row,
    contact_row,
    document_row,
)
from storage.schema.tables import CLIENT, CONTACT, DOCUMENT, ORIGIN

from . import lookup, reads as clients_reads, tombstones
from .statements import by_serials


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


def locked_or_none(connection: Connection, account_id: int, key: ClientKey) -> Client | None:
    """The client, held until the transaction ends: what is decided on it stays true."""
    held = lookup.held(lookup.clients_of(account_id, key))
    return clients_reads.one_or_none(connection, account_id, held)


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
    for start in range(0, len(serials), clients_reads.BATCH):
        statement = by_serials(
            account_id, serials[start : start + clients_reads.BATCH]
        ).with_for_update()
        yield from clients_reads.records(
            connection, account_id, connection.execute(statement).all()
        )


def refuse_deleted_uuid(connection: Connection, account_id: int, key: LiveKey) -> None:
    if tombstones.has_uuid(connection, account_id, key):
        raise NotFound("client")


def inserted(connection: Connection, account_id: int, clients: Sequence[Client]) -> None:
    laid(connection, account_id, clients)
    new_clients.told(connection, account_id, list(map(new_clients.life, clients)))


def laid(connection: Connection, account_id: int, clients: Sequence[Client]) -> None:
    """The rows of new clients, of whom births.py has yet to be told."""
    statements.inserted(connection, CLIENT, [client_row(account_id, c) for c in clients])
    rows = [contact_row(account_id, c.serial, contact) for c in clients for contact in c.contacts]
    statements.inserted(connection, CONTACT, rows)
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
        statements.written(connection, UPDATES[table], values | own)


def saved_contacts(connection: Connection, account_id: int, before: Client, after: Client) -> None:
    old = {c.serial: contact_row(account_id, before.serial, c) for c in before.contacts}
    new = {c.serial: contact_row(account_id, after.serial, c) for c in after.contacts}
    statements.inserted(connection, CONTACT, [new[serial] for serial in new if serial not in old])
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
