"""All clients of an account in the order of their serials, one stretch after the other."""

from sqlalchemy import ColumnElement, Connection, Table, select

from storage.database.fast_sql import bulk_rows
from storage.model.records import Client, Contact, Document
from storage.schema.row_mapping import (
    CLIENT_COLUMNS,
    CONTACT_COLUMNS,
    DOCUMENT_COLUMNS,
    client_record,
    contact_record,
    document_record,
)
from storage.schema.tables import CLIENT, CONTACT, DOCUMENT

OWNED_CONTACT = (CONTACT.c.client_serial, *CONTACT_COLUMNS)
SERIAL = CLIENT_COLUMNS.index(CLIENT.c.serial)


Stretch = tuple[int, int]
"""Serials: those behind the first, up to the second."""


def scanned(
    connection: Connection, account_id: int, stretch: Stretch, limit: int
) -> tuple[Client, ...]:
    """The first ones of a stretch."""
    statement = select(*CLIENT_COLUMNS).where(*within(CLIENT, "serial", account_id, stretch))
    first = statement.order_by(CLIENT.c.serial).limit(limit)
    rows = list(bulk_rows.selected(connection, first, CLIENT_COLUMNS))
    if not rows:
        return ()
    stretch = (stretch[0], rows[-1][SERIAL])
    people = contacts(connection, account_id, stretch)
    files = documents(connection, account_id, stretch)
    return tuple(
        client_record(row, tuple(people.get(row[SERIAL], ())), tuple(files.get(row[SERIAL], ())))
        for row in rows
    )


def end_of_stretch(connection: Connection, account_id: int, after: int, size: int) -> int | None:
    """The serial of the last of so many clients behind one; None when there are fewer."""
    behind = (CLIENT.c.account_id == account_id, CLIENT.c.serial > after)
    statement = select(CLIENT.c.serial).where(*behind).order_by(CLIENT.c.serial)
    serial: int | None = connection.execute(statement.offset(size - 1).limit(1)).scalar()
    return serial


def within(
    table: Table, name: str, account_id: int, stretch: Stretch
) -> tuple[ColumnElement[bool], ...]:
    after, last = stretch
    return table.c.account_id == account_id, table.c[name] > after, table.c[name] <= last


def contacts(connection: Connection, account_id: int, stretch: Stretch) -> dict[int, list[Contact]]:
    """The live ones by their clients, primary first."""
    statement = (
        select(*OWNED_CONTACT)
        .where(*within(CONTACT, "client_serial", account_id, stretch))
        .where(CONTACT.c.deleted_at.is_(None))
        .order_by(CONTACT.c.client_serial, CONTACT.c.is_primary.desc(), CONTACT.c.serial)
    )
    owned: dict[int, list[Contact]] = {}
    for client_serial, *row in bulk_rows.selected(connection, statement, OWNED_CONTACT):
        owned.setdefault(client_serial, []).append(contact_record(row))
    return owned


def documents(
    connection: Connection, account_id: int, stretch: Stretch
) -> dict[int, list[Document]]:
    statement = (
        select(*DOCUMENT_COLUMNS)
        .where(*within(DOCUMENT, "client_serial", account_id, stretch))
        .order_by(DOCUMENT.c.client_serial, DOCUMENT.c.serial)
    )
    owned: dict[int, list[Document]] = {}
    for record in map(document_record, bulk_rows.selected(connection, statement, DOCUMENT_COLUMNS)):
        owned.setdefault(record.client_serial, []).append(record)
    return owned
