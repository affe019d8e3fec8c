"""Locks, inserts, saves and purges clients in a write transaction."""

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
    RowDict,
    changed_columns,
    client_to_row,
    contact_to_row,
    document_to_row,
)
from storage.schema.tables import ALIAS, CLIENT, CONFLICT, CONTACT, DOCUMENT, ORIGIN

from . import lookup, reads as client_reads, tombstones
from .statements import LOCK_BY_SERIALS, batch_parameters


def update_statement(table: Table) -> Update:
    """Return the statement that sets the given columns of one row."""
    own_rows = table.c.account_id == bindparam("own_account_id")
    return update(table).where(own_rows, table.c.serial == bindparam("own_serial"))


UNDERIVED = (
    frozenset({"version", "updated_at", "private_notes", "public_notes", "settings", "website"})
    | frozenset({"phone", "phone_rank", "address1", "address2", "city", "state", "postal_code"})
    | frozenset({"country_id", "assigned_user_serial", "group_serial"})
)
"""Fields that no derived column depends on and that often change alone."""
client_values = attrgetter(*CLIENT_FIELDS)
UPDATE_STATEMENTS = {table: update_statement(table) for table in (CLIENT, CONTACT, DOCUMENT)}


def lock_client_or_none(connection: Connection, account_id: int, key: ClientKey) -> Client | None:
    """Lock the client of a key until the transaction ends, and return it or None.

    A decision on the returned record stays valid: no other transaction can change the client.
    """
    return lock_first(connection, account_id, lookup.key_queries(account_id, key))


def lock_client_or_survivor(
    connection: Connection, account_id: int, key: ClientKey
) -> Client | None:
    """Lock the client of a key, or the client that it was merged into; return it or None.

    For an edit. A deletion by an old key must not hit the other client.
    """
    return lock_first(connection, account_id, lookup.key_and_alias_queries(account_id, key))


def lock_first(
    connection: Connection, account_id: int, queries: Iterable[lookup.BoundQuery]
) -> Client | None:
    return client_reads.fetch_client(connection, account_id, lookup.locking_queries(queries))


def lock_client(connection: Connection, account_id: int, key: ClientKey) -> Client:
    """Lock the client of a key until the transaction ends, or raise NotFound."""
    client = lock_client_or_none(connection, account_id, key)
    if client is None:
        raise NotFound("client")
    return client


def lock_clients(
    connection: Connection, account_id: int, serials: Iterable[int]
) -> Iterator[Client]:
    """Lock clients by serial and yield them in the order of their serials.

    The fixed order prevents a deadlock between two calls.
    """
    for given in batch_parameters(account_id, sorted(set(serials))):
        rows = statements.fetch_all(connection, LOCK_BY_SERIALS, given)
        yield from client_reads.load_clients(connection, account_id, rows)


def refuse_deleted_uuid(connection: Connection, account_id: int, key: LiveKey) -> None:
    """Raise NotFound if the uuid of a key is that of a deleted or purged client."""
    if tombstones.has_uuid(connection, account_id, key):
        raise NotFound("client")


def insert_clients(
    connection: Connection, account_id: int, clients: Sequence[Client], arrival: datetime
) -> None:
    """Insert new clients with all their rows, and register them in SQLite's indexes."""
    insert_client_rows(connection, account_id, clients, arrival)
    new_clients.register_new_clients(
        connection, account_id, list(map(new_clients.lifecycle_of, clients))
    )


def insert_client_rows(
    connection: Connection, account_id: int, clients: Sequence[Client], arrival: datetime
) -> None:
    """Insert the rows of new clients. The caller calls `register_new_clients` afterwards."""
    rows = [client_to_row(account_id, c) | {"arrived_at": arrival} for c in clients]
    statements.insert_many(connection, CLIENT, rows)
    contact_rows = [
        contact_to_row(account_id, c.serial, contact) for c in clients for contact in c.contacts
    ]
    statements.insert_many(connection, CONTACT, contact_rows)
    document_rows = [document_to_row(account_id, d) for c in clients for d in c.documents]
    if document_rows:
        connection.execute(insert(DOCUMENT), document_rows)
    tombstones.add_tombstones(connection, account_id, [c.serial for c in clients if c.is_deleted])


def insert_origins(
    connection: Connection, account_id: int, owned: Sequence[tuple[int, Origin]]
) -> None:
    """Insert the origins of clients, each after the serial of its client.

    Raises Conflict if an origin belongs to another client already, or occurs twice.
    """
    if not owned:
        return
    keys = [(origin.source, origin.foreign_id) for _, origin in owned]
    has_duplicates = len(set(keys)) < len(keys)
    if has_duplicates or not find_origins(connection, account_id, keys).isdisjoint(keys):
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
    """Find the (source, foreign id) keys that clients have already.

    The result may contain more: every stored pair of one of the sources and one of the ids.
    """
    sources, foreign_ids = zip(*keys, strict=True) if keys else ((), ())
    statement = select(ORIGIN.c.source, ORIGIN.c.foreign_id).where(
        ORIGIN.c.account_id == account_id,
        in_values(ORIGIN.c.source, sources),
        in_values(ORIGIN.c.foreign_id, foreign_ids),
    )
    return {(row.source, row.foreign_id) for row in connection.execute(statement)}


def delete_client_rows(
    connection: Connection, account_id: int, record: Client, arrival: datetime
) -> None:
    """Delete all rows of a client, the rows that refer to it first. Its tombstone remains."""
    tombstones.add_for_purged(connection, account_id, record, arrival)
    for table in (CONTACT, DOCUMENT, ORIGIN, CONFLICT, ALIAS):
        own_rows = (table.c.account_id == account_id, table.c.client_serial == record.serial)
        connection.execute(delete(table).where(*own_rows))
    own_rows = (CLIENT.c.account_id == account_id, CLIENT.c.serial == record.serial)
    connection.execute(delete(CLIENT).where(*own_rows))


def save_client(
    connection: Connection, account_id: int, before: Client, after: Client, arrival: datetime
) -> None:
    """Update the columns of a client that differ, and the rows of its contacts and documents.

    Removed contacts get a time of deletion, removed documents are deleted.
    """
    values = changed_client_columns(account_id, before, after) | {"arrived_at": arrival}
    update_row(connection, CLIENT, account_id, after.serial, values)
    if after.is_deleted and not before.is_deleted:
        tombstones.add_tombstones(connection, account_id, [after.serial])
    if before.is_deleted and not after.is_deleted:
        tombstones.remove_for_client(connection, account_id, after)
    if before.contacts != after.contacts:
        save_contacts(connection, account_id, before, after)
    if before.documents != after.documents:
        save_documents(connection, account_id, before, after)


def changed_client_columns(account_id: int, before: Client, after: Client) -> RowDict:
    """Return the columns that differ. Derived columns are computed only if they can differ.

    To compute them takes longer than to write them.
    """
    changed = tuple(compress(CLIENT_FIELDS, map(ne, client_values(before), client_values(after))))
    if UNDERIVED.issuperset(changed) and before.contacts == after.contacts:
        return {name: getattr(after, name) for name in changed}
    return changed_columns(client_to_row(account_id, before), client_to_row(account_id, after))


def update_row(
    connection: Connection, table: Table, account_id: int, serial: int, values: RowDict
) -> None:
    if values:
        own_row = {"own_account_id": account_id, "own_serial": serial}
        statements.execute(connection, UPDATE_STATEMENTS[table], values | own_row)


def save_contacts(connection: Connection, account_id: int, before: Client, after: Client) -> None:
    old = {c.serial: contact_to_row(account_id, before.serial, c) for c in before.contacts}
    new = {c.serial: contact_to_row(account_id, after.serial, c) for c in after.contacts}
    statements.insert_many(
        connection, CONTACT, [new[serial] for serial in new if serial not in old]
    )
    for serial, row in old.items():
        deletion = {"deleted_at": after.updated_at}
        values = changed_columns(row, new[serial]) if serial in new else deletion
        update_row(connection, CONTACT, account_id, serial, values)


def save_documents(connection: Connection, account_id: int, before: Client, after: Client) -> None:
    """Insert, update and delete document rows. A removed document leaves no row."""
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
            own_rows = (DOCUMENT.c.account_id == account_id, DOCUMENT.c.serial == serial)
            connection.execute(delete(DOCUMENT).where(*own_rows))
