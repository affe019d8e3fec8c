"""All clients of an account in the order of their serials, one stretch after the other."""

from sqlalchemy import ColumnElement, Connection, Table, select

from storage.database.fast_sql import bulk_rows
from storage.model.records import Client, Contact, Document
from storage.schema.row_mapping import (
    CLIENT_COLUMNS,
    CONTACT_COLUMNS,
    DOCUMENT_COLUMNS,
    client_from_row,
    contact_from_row,
    document_from_row,
)
from storage.schema.tables import CLIENT, CONTACT, DOCUMENT

OWNED_CONTACT = (CONTACT.c.client_serial, *CONTACT_COLUMNS)
SERIAL = CLIENT_COLUMNS.index(CLIENT.c.serial)


SerialRange = tuple[int, int]
"""Serials: those behind the first, up to the second."""


def scan_clients(
    connection: Connection, account_id: int, serial_range: SerialRange, limit: int
) -> tuple[Client, ...]:
    """The first ones of a stretch."""
    statement = select(*CLIENT_COLUMNS).where(*in_range(CLIENT, "serial", account_id, serial_range))
    first = statement.order_by(CLIENT.c.serial).limit(limit)
    rows = list(bulk_rows.fetch_columns(connection, first, CLIENT_COLUMNS))
    if not rows:
        return ()
    serial_range = (serial_range[0], rows[-1][SERIAL])
    people = contacts(connection, account_id, serial_range)
    files = documents(connection, account_id, serial_range)
    return tuple(
        client_from_row(row, tuple(people.get(row[SERIAL], ())), tuple(files.get(row[SERIAL], ())))
        for row in rows
    )


def last_serial_of_range(
    connection: Connection, account_id: int, after: int, size: int
) -> int | None:
    """The serial of the last of so many clients behind one; None when there are fewer."""
    behind = (CLIENT.c.account_id == account_id, CLIENT.c.serial > after)
    statement = select(CLIENT.c.serial).where(*behind).order_by(CLIENT.c.serial)
    serial: int | None = connection.execute(statement.offset(size - 1).limit(1)).scalar()
    return serial


def in_range(
    table: Table, name: str, account_id: int, serial_range: SerialRange
) -> tuple[ColumnElement[bool], ...]:
    after, last = serial_range
    return table.c.account_id == account_id, table.c[name] > after, table.c[name] <= last


def contacts(
    connection: Connection, account_id: int, serial_range: SerialRange
) -> dict[int, list[Contact]]:
    """The live ones by their clients, primary first."""
    statement = (
        select(*OWNED_CONTACT)
        .where(*in_range(CONTACT, "client_serial", account_id, serial_range))
        .where(CONTACT.c.deleted_at.is_(None))
        .order_by(CONTACT.c.client_serial, CONTACT.c.is_primary.desc(), CONTACT.c.serial)
    )
    owned: dict[int, list[Contact]] = {}
    for client_serial, *row in bulk_rows.fetch_columns(connection, statement, OWNED_CONTACT):
        owned.setdefault(client_serial, []).append(contact_from_row(row))
    return owned


def documents(
    connection: Connection, account_id: int, serial_range: SerialRange
) -> dict[int, list[Document]]:
    statement = (
        select(*DOCUMENT_COLUMNS)
        .where(*in_range(DOCUMENT, "client_serial", account_id, serial_range))
        .order_by(DOCUMENT.c.client_serial, DOCUMENT.c.serial)
    )
    owned: dict[int, list[Document]] = {}
    for record in map(
        document_from_row, bulk_rows.fetch_columns(connection, statement, DOCUMENT_COLUMNS)
    ):
        owned.setdefault(record.client_serial, []).append(record)
    return owned
