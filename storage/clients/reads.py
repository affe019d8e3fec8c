"""Reads clients in a transaction: one client, a page, the newest, and tombstones.

Every function returns records; no row leaves this module.
"""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

from msgspec import structs
from sqlalchemy import Connection, func, select

from storage.database.conditions import in_values
from storage.database.fast_sql import statements
from storage.model.commands import ClientKey, LiveKey
from storage.model.errors import NotFound
from storage.model.queries import ClientQuery, TombstoneQuery
from storage.model.records import (
    ZERO,
    Client,
    ClientTotals,
    Contact,
    Document,
    Origin,
    Page,
    Tombstone,
)
from storage.schema.row_mapping import (
    CLIENT_FIELDS,
    ORIGIN_COLUMNS,
    client_from_row,
    contact_from_row,
    document_from_row,
    origin_from_row,
)
from storage.schema.tables import CLIENT, CONTACT, ORIGIN

from . import aliases, descending_pages, lookup, page_plan, tombstones
from .filters import ClientFilter
from .statements import (
    SELECT_BY_SERIALS,
    SELECT_CONTACTS,
    SELECT_CONTACTS_OF_CLIENT,
    SELECT_DOCUMENTS,
    SELECT_DOCUMENTS_OF_CLIENT,
    batch_parameters,
    select_newest,
    select_page,
)

SERIAL_FIELD_INDEX = CLIENT_FIELDS.index("serial")


def get_client(connection: Connection, account_id: int, key: ClientKey) -> Client:
    """Return the client of a key, or the one that it was merged into, or raise NotFound."""
    client = fetch_client(connection, account_id, lookup.key_and_alias_queries(account_id, key))
    if client is None:
        raise NotFound("client")
    return client


def list_clients(connection: Connection, account_id: int, query: ClientQuery) -> Page[Client]:
    """Return the page of a query, and the total number of clients that match it."""
    if query.serials:
        serials = aliases.current_serials(connection, account_id, query.serials)
        query = structs.replace(query, serials=serials)
    client_filter = ClientFilter(account_id, query)
    total, plan = page_plan.plan_page(connection, client_filter)
    if total <= query.offset:
        return Page(records=(), total=total)
    if descending_pages.is_walked_backwards(query, plan):
        page = descending_pages.list_serials(connection, client_filter, plan)
        clients = get_by_serials(connection, account_id, page)
        return Page(records=tuple(clients[s] for s in page if s in clients), total=total)
    rows = connection.execute(select_page(client_filter, plan)).all()
    return Page(records=load_clients(connection, account_id, rows), total=total)


def get_by_serials(
    connection: Connection, account_id: int, serials: Sequence[int]
) -> dict[int, Client]:
    """Return clients by serial. Serials that do not exist are left out."""
    clients: dict[int, Client] = {}
    for given in batch_parameters(account_id, serials):
        rows = statements.fetch_all(connection, SELECT_BY_SERIALS, given)
        clients |= {client.serial: client for client in load_clients(connection, account_id, rows)}
    return clients


def list_newest(
    connection: Connection, account_id: int, query: ClientQuery, after: LiveKey | None
) -> tuple[Client, ...]:
    """Return a page of clients, newest first, that starts after the client `after`.

    Raises Invalid if the account never had the client `after`.
    """
    position = lookup.get_cursor_position(connection, account_id, after) if after else None
    statement = select_newest(ClientFilter(account_id, query), position)
    return load_clients(connection, account_id, connection.execute(statement).all())


def list_deleted(
    connection: Connection, account_id: int, query: TombstoneQuery, after: LiveKey | None
) -> tuple[Tombstone, ...]:
    """Return a page of tombstones, in the order and with the cursor of `list_newest`."""
    position = (
        lookup.get_cursor_position(connection, account_id, after, prefers_deleted=True)
        if after
        else None
    )
    return tombstones.list_newest(connection, account_id, query, position)


def list_origins(connection: Connection, account_id: int, key: ClientKey) -> tuple[Origin, ...]:
    """Return the origins of a client, in the order of source and foreign id."""
    serial = get_client(connection, account_id, key).serial
    own_rows = (ORIGIN.c.account_id == account_id, ORIGIN.c.client_serial == serial)
    order = (ORIGIN.c.source, ORIGIN.c.foreign_id)
    statement = select(*ORIGIN_COLUMNS).where(*own_rows).order_by(*order)
    return tuple(map(origin_from_row, connection.execute(statement)))


def sum_clients(connection: Connection, account_id: int) -> ClientTotals:
    """Count and sum the clients of an account; deleted ones count as deleted only."""
    is_live = CLIENT.c.is_deleted.is_(False)
    is_archived = is_live & CLIENT.c.archived_at.is_not(None)
    statement = select(
        func.count().filter(is_live),
        func.count().filter(is_archived),
        func.count().filter(CLIENT.c.is_deleted),
        func.sum(CLIENT.c.balance).filter(is_live),
        func.sum(CLIENT.c.paid_to_date).filter(is_live),
    ).where(CLIENT.c.account_id == account_id)
    clients, archived, deleted, balance, paid = connection.execute(statement).one()
    return ClientTotals(
        clients=clients,
        archived=archived,
        deleted=deleted,
        balance=balance or ZERO,
        paid_to_date=paid or ZERO,
    )


def find_contact_owners(
    connection: Connection, account_id: int, contact_keys: Sequence[str]
) -> dict[str, tuple[int, ...]]:
    """Find the serials of the clients whose live contacts have these keys, by key."""
    statement = select(CONTACT.c.contact_key, CONTACT.c.client_serial).where(
        CONTACT.c.account_id == account_id,
        CONTACT.c.deleted_at.is_(None),
        in_values(CONTACT.c.contact_key, contact_keys),
    )
    owners: dict[str, tuple[int, ...]] = {}
    for key, serial in connection.execute(statement.order_by(CONTACT.c.client_serial)):
        owners[key] = (*owners.get(key, ()), serial)
    return owners


def fetch_client(
    connection: Connection, account_id: int, queries: Iterable[lookup.BoundQuery]
) -> Client | None:
    """Return the client of the first query that finds one, else None."""
    row = lookup.fetch_first_row(connection, queries)
    return None if row is None else load_client(connection, account_id, row)


def load_client(connection: Connection, account_id: int, row: statements.ResultRow) -> Client:
    """Return the client of a row of CLIENT_COLUMNS, with its contacts and documents.

    For a single client this is cheaper than `load_clients`.
    """
    owner = {"account_id": account_id, "client_serial": row[SERIAL_FIELD_INDEX]}
    contact_rows = statements.fetch_all(connection, SELECT_CONTACTS_OF_CLIENT, owner)
    has_documents = not contact_rows or contact_rows[0][-1]
    document_rows = (
        statements.fetch_all(connection, SELECT_DOCUMENTS_OF_CLIENT, owner) if has_documents else ()
    )
    contacts = tuple(contact_from_row(contact_row[:-1]) for contact_row in contact_rows)
    documents = sorted(map(document_from_row, document_rows), key=attrgetter("serial"))
    return client_from_row(row, contacts, tuple(documents))


def load_clients(
    connection: Connection, account_id: int, rows: Sequence[Any]
) -> tuple[Client, ...]:
    """Return the clients of rows of CLIENT_COLUMNS, with their contacts and documents, in order."""
    serials = [row[SERIAL_FIELD_INDEX] for row in rows]
    contacts = load_contacts(connection, account_id, serials)
    documents = load_documents(connection, account_id, serials)
    return tuple(
        client_from_row(row, contacts.get(serial, ()), documents.get(serial, ()))
        for serial, row in zip(serials, rows, strict=True)
    )


def load_contacts(
    connection: Connection, account_id: int, serials: list[int]
) -> dict[int, tuple[Contact, ...]]:
    contacts: dict[int, list[Contact]] = {}
    for given in batch_parameters(account_id, serials):
        for client_serial, *row in statements.fetch_all(connection, SELECT_CONTACTS, given):
            contacts.setdefault(client_serial, []).append(contact_from_row(row))
    return {serial: tuple(records) for serial, records in contacts.items()}


def load_documents(
    connection: Connection, account_id: int, serials: list[int]
) -> dict[int, tuple[Document, ...]]:
    documents: dict[int, list[Document]] = {}
    for given in batch_parameters(account_id, serials):
        rows = statements.fetch_all(connection, SELECT_DOCUMENTS, given)
        for record in map(document_from_row, rows):
            documents.setdefault(record.client_serial, []).append(record)
    return {serial: tuple(records) for serial, records in documents.items()}


def list_numbers(connection: Connection, account_id: int) -> tuple[str, ...]:
    """Return the numbers of all clients, deleted ones too, in no order."""
    statement = select(CLIENT.c.number).where(CLIENT.c.account_id == account_id)
    return tuple(connection.execute(statement).scalars())
