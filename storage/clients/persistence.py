"""Clients in a write transaction: locked, inserted, saved, purged."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import compress
from operator import attrgetter, ne

from msgspec import structs
from sqlalchemy import Connection, Table, Update, bindparam, delete, insert, select, update

from storage.database.conditions import in_values
from storage.database.fast_sql import statements
from storage.indexes import new_clients
from storage.model.commands import ClientKey, LiveKey
from storage.model.errors import Conflict, NotFound
from storage.model.records import Client, Origin
from storage.schema.row_mapping import (
    CLIENT_FIELDS,
    Row,
    changed_columns,
    client_to_row,
    contact_to_row,
    document_to_row,
)
from storage.schema.tables import CLIENT, CONTACT, DOCUMENT, ORIGIN

from . import lookup, reads as client_reads, tombstones
from .statements import select_by_serials


def update_statement(table: Table) -> Update:
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
UPDATES = {table: update_statement(table) for table in (CLIENT, CONTACT, DOCUMENT)}


def lock_client_or_none(connection: Connection, account_id: int, key: ClientKey) -> Client | None:
    """The client, held until the transaction ends: what is decided on it stays true."""
    held = lookup.locking_queries(lookup.key_queries(account_id, key))
    return client_reads.fetch_one(connection, account_id, held)


def lock_client(connection: Connection, account_id: int, key: ClientKey) -> Client:
    client = lock_client_or_none(connection, account_id, key)
    if client is None:
        raise NotFound("client")
    return client


def lock_clients(
    connection: Connection, account_id: int, serials: Iterable[int]
) -> Iterator[Client]:
    """Clients by serial, locked in its order, so that two such calls cannot block each other."""
    serials = sorted(set(serials))
    for start in range(0, len(serials), client_reads.BATCH):
        statement = select_by_serials(
            account_id, serials[start : start + client_reads.BATCH]
        ).with_for_update()
        yield from client_reads.load_many(
            connection, account_id, connection.execute(statement).all()
        )


def refuse_deleted_uuid(connection: Connection, account_id: int, key: LiveKey) -> None:
    if tombstones.has_uuid(connection, account_id, key):
        raise NotFound("client")


def insert_clients(connection: Connection, account_id: int, clients: Sequence[Client]) -> None:
    insert_client_rows(connection, account_id, clients)
    new_clients.register_new_clients(
        connection, account_id, list(map(new_clients.lifecycle_of, clients))
    )


def insert_client_rows(connection: Connection, account_id: int, clients: Sequence[Client]) -> None:
    """The rows of new clients, of whom births.py has yet to be told."""
    statements.insert_many(connection, CLIENT, [client_to_row(account_id, c) for c in clients])
    rows = [
        contact_to_row(account_id, c.serial, contact) for c in clients for contact in c.contacts
    ]
    statements.insert_many(connection, CONTACT, rows)
    files = [document_to_row(account_id, document) for c in clients for document in c.documents]
    if files:
        connection.execute(insert(DOCUMENT), files)
    tombstones.add_tombstones(connection, account_id, [c.serial for c in clients if c.is_deleted])


def insert_origins(
    connection: Connection, account_id: int, owned: Sequence[tuple[int, Origin]]
) -> None:
    """Raises Conflict when an origin is that of another client, or of two of these."""
    if not owned:
        return
    keys = [(origin.source, origin.foreign_id) for _, origin in owned]
    if len(set(keys)) < len(keys) or not find_origins(connection, account_id, keys).isdisjoint(
        keys
    ):
        raise Conflict("client", ("origins",))
    rows = [
        structs.asdict(origin) | {"account_id": account_id, "client_serial": serial}
        for serial, origin in owned
    ]
    if rows:
        connection.execute(insert(ORIGIN), rows)


def find_origins(
    connection: Connection, account_id: int, keys: Sequence[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Those of these that clients have, and maybe others."""
    sources, foreign_ids = zip(*keys, strict=True) if keys else ((), ())
    statement = select(ORIGIN.c.source, ORIGIN.c.foreign_id).where(
        ORIGIN.c.account_id == account_id,
        in_values(ORIGIN.c.source, sources),
        in_values(ORIGIN.c.foreign_id, foreign_ids),
    )
    return {(row.source, row.foreign_id) for row in connection.execute(statement)}


def delete_client_rows(
    connection: Connection, account_id: int, record: Client, now: datetime
) -> None:
    """Remove the rows of a client, those that point to it first; its tombstone stays."""
    tombstones.add_for_purged(connection, account_id, record, now)
    for table in (CONTACT, DOCUMENT, ORIGIN):
        mine = (table.c.account_id == account_id, table.c.client_serial == record.serial)
        connection.execute(delete(table).where(*mine))
    mine = (CLIENT.c.account_id == account_id, CLIENT.c.serial == record.serial)
    connection.execute(delete(CLIENT).where(*mine))


def save_client(connection: Connection, account_id: int, before: Client, after: Client) -> None:
    """Write the columns that differ; the contacts that are gone get a time of deletion."""
    update_row(
        connection,
        CLIENT,
        account_id,
        after.serial,
        changed_client_columns(account_id, before, after),
    )
    if after.is_deleted and not before.is_deleted:
        tombstones.add_tombstones(connection, account_id, [after.serial])
    if before.is_deleted and not after.is_deleted:
        tombstones.remove_for_client(connection, account_id, after)
    if before.contacts != after.contacts:
        save_contacts(connection, account_id, before, after)
    if before.documents != after.documents:
        save_documents(connection, account_id, before, after)


def changed_client_columns(account_id: int, before: Client, after: Client) -> Row:
    """The columns that differ. Those that are derived take longer to make than to write."""
    told = tuple(compress(CLIENT_FIELDS, map(ne, values_of(before), values_of(after))))
    if UNDERIVED.issuperset(told) and before.contacts == after.contacts:
        return {name: getattr(after, name) for name in told}
    return changed_columns(client_to_row(account_id, before), client_to_row(account_id, after))


def update_row(
    connection: Connection, table: Table, account_id: int, serial: int, values: Row
) -> None:
    if values:
        own = {"own_account_id": account_id, "own_serial": serial}
        statements.execute(connection, UPDATES[table], values | own)


def save_contacts(connection: Connection, account_id: int, before: Client, after: Client) -> None:
    old = {c.serial: contact_to_row(account_id, before.serial, c) for c in before.contacts}
    new = {c.serial: contact_to_row(account_id, after.serial, c) for c in after.contacts}
    statements.insert_many(
        connection, CONTACT, [new[serial] for serial in new if serial not in old]
    )
    for serial, row in old.items():
        gone = {"deleted_at": after.updated_at}
        values = changed_columns(row, new[serial]) if serial in new else gone
        update_row(connection, CONTACT, account_id, serial, values)


def save_documents(connection: Connection, account_id: int, before: Client, after: Client) -> None:
    """Of a document that is gone nothing remains."""
    old = {d.serial: document_to_row(account_id, d) for d in before.documents}
    new = {d.serial: document_to_row(account_id, d) for d in after.documents}
    added = [row for serial, row in new.items() if serial not in old]
    if added:
        connection.execute(insert(DOCUMENT), added)
    for serial, row in old.items():
        if serial in new:
            values = changed_columns(row, new[serial])
            update_row(connection, DOCUMENT, account_id, serial, values)
        else:
            mine = (DOCUMENT.c.account_id == account_id, DOCUMENT.c.serial == serial)
            connection.execute(delete(DOCUMENT).where(*mine))
