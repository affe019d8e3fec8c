"""Clients found: one, a page, the newest, and what is left of those that are gone.

Rows stay in here, records go out.
"""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, select

from storage.database.fast_sql import statements
from storage.model.commands import ClientKey, LiveKey
from storage.model.errors import NotFound
from storage.model.queries import ClientQuery, TombstoneQuery
from storage.model.records import Client, Contact, Document, Origin, Page, Tombstone
from storage.schema.row_mapping import (
    CLIENT_FIELDS,
    ORIGIN_COLUMNS,
    client_from_row,
    contact_from_row,
    document_from_row,
    origin_from_row,
)
from storage.schema.tables import ORIGIN

from . import lookup, page_plan, tombstones
from .statements import (
    CONTACTS_OF_ONE,
    DOCUMENTS_OF_ONE,
    select_by_serials as of_serials,
    select_contacts,
    select_documents,
    select_newest,
    select_page,
)

BATCH = 1000
SERIAL = CLIENT_FIELDS.index("serial")


def get_client(connection: Connection, account_id: int, key: ClientKey) -> Client:
    client = fetch_one(connection, account_id, lookup.key_queries(account_id, key))
    if client is None:
        raise NotFound("client")
    return client


def list_clients(connection: Connection, account_id: int, query: ClientQuery) -> Page[Client]:
    total, plan = page_plan.plan_page(connection, account_id, query)
    rows = (
        connection.execute(select_page(account_id, query, plan)).all()
        if total > query.offset
        else ()
    )
    return Page(records=load_many(connection, account_id, rows), total=total)


def get_by_serials(
    connection: Connection, account_id: int, serials: Sequence[int]
) -> dict[int, Client]:
    found: dict[int, Client] = {}
    for start in range(0, len(serials), BATCH):
        statement = of_serials(account_id, list(serials[start : start + BATCH]))
        rows = connection.execute(statement).all()
        found |= {client.serial: client for client in load_many(connection, account_id, rows)}
    return found


def list_newest(
    connection: Connection, account_id: int, query: ClientQuery, after: LiveKey | None
) -> tuple[Client, ...]:
    behind = lookup.cursor_position(connection, account_id, after) if after else None
    rows = connection.execute(select_newest(account_id, query, behind)).all()
    return load_many(connection, account_id, rows)


def list_deleted(
    connection: Connection, account_id: int, query: TombstoneQuery, after: LiveKey | None
) -> tuple[Tombstone, ...]:
    behind = (
        lookup.cursor_position(connection, account_id, after, among_gone=True) if after else None
    )
    return tombstones.list_newest(connection, account_id, query, behind)


def list_origins(connection: Connection, account_id: int, key: ClientKey) -> tuple[Origin, ...]:
    serial = get_client(connection, account_id, key).serial
    mine = (ORIGIN.c.account_id == account_id, ORIGIN.c.client_serial == serial)
    statement = select(*ORIGIN_COLUMNS).where(*mine).order_by(ORIGIN.c.source, ORIGIN.c.foreign_id)
    return tuple(map(origin_from_row, connection.execute(statement)))


def fetch_one(
    connection: Connection, account_id: int, looks: Iterable[lookup.BoundQuery]
) -> Client | None:
    row = lookup.fetch_first(connection, looks)
    return None if row is None else load_one(connection, account_id, row)


def load_one(connection: Connection, account_id: int, row: statements.Row) -> Client:
    """A row of CLIENT_COLUMNS with its contacts and documents: as `records`, cheaper for one."""
    mine = {"account_id": account_id, "client_serial": row[SERIAL]}
    people = statements.fetch_all(connection, CONTACTS_OF_ONE, mine)
    has_documents = not people or people[0][-1]
    files = statements.fetch_all(connection, DOCUMENTS_OF_ONE, mine) if has_documents else ()
    documents = sorted(map(document_from_row, files), key=attrgetter("serial"))
    return client_from_row(
        row, tuple(contact_from_row(person[:-1]) for person in people), tuple(documents)
    )


def load_many(connection: Connection, account_id: int, rows: Sequence[Any]) -> tuple[Client, ...]:
    """Rows of CLIENT_COLUMNS with their contacts and documents, in the order of the rows."""
    serials = [row.serial for row in rows]
    people = load_contacts(connection, account_id, serials)
    files = load_documents(connection, account_id, serials)
    return tuple(
        client_from_row(row, people.get(row.serial, ()), files.get(row.serial, ())) for row in rows
    )


def load_contacts(
    connection: Connection, account_id: int, serials: list[int]
) -> dict[int, tuple[Contact, ...]]:
    owned: dict[int, list[Contact]] = {}
    for start in range(0, len(serials), BATCH):
        statement = select_contacts(account_id, serials[start : start + BATCH])
        for client_serial, *row in connection.execute(statement).all():
            owned.setdefault(client_serial, []).append(contact_from_row(row))
    return {serial: tuple(rows) for serial, rows in owned.items()}


def load_documents(
    connection: Connection, account_id: int, serials: list[int]
) -> dict[int, tuple[Document, ...]]:
    owned: dict[int, list[Document]] = {}
    for start in range(0, len(serials), BATCH):
        statement = select_documents(account_id, serials[start : start + BATCH])
        for record in map(document_from_row, connection.execute(statement).all()):
            owned.setdefault(record.client_serial, []).append(record)
    return {serial: tuple(records) for serial, records in owned.items()}
