"""Scans all clients of an account in the order of their serials, one serial range per call.

A call runs one statement each for clients, contacts and documents, and joins the rows in Python.
"""

from sqlalchemy import ColumnElement, Connection, Table, func, select

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

OWNED_CONTACT_COLUMNS = (CONTACT.c.client_serial, *CONTACT_COLUMNS)
SERIAL_COLUMN_INDEX = CLIENT_COLUMNS.index(CLIENT.c.serial)


SerialRange = tuple[int, int]
"""A range of serials: greater than the first, up to and including the second."""


def scan_clients(
    connection: Connection, account_id: int, serial_range: SerialRange, limit: int
) -> tuple[Client, ...]:
    """Return the first `limit` clients of a serial range, in the order of their serials."""
    own_rows = range_conditions(CLIENT, "serial", account_id, serial_range)
    statement = select(*CLIENT_COLUMNS).where(*own_rows).order_by(CLIENT.c.serial).limit(limit)
    rows = list(bulk_rows.fetch_columns(connection, statement, CLIENT_COLUMNS))
    if not rows:
        return ()
    serials = [row[SERIAL_COLUMN_INDEX] for row in rows]
    serial_range = (serial_range[0], serials[-1])
    contacts = scan_contacts(connection, account_id, serial_range)
    documents = scan_documents(connection, account_id, serial_range)
    return tuple(
        client_from_row(row, tuple(contacts.get(serial, ())), tuple(documents.get(serial, ())))
        for serial, row in zip(serials, rows, strict=True)
    )


def last_serial_of_range(
    connection: Connection, account_id: int, after: int, size: int
) -> int | None:
    """Return the serial of the last of the next `size` clients; None if there are fewer."""
    next_rows = (CLIENT.c.account_id == account_id, CLIENT.c.serial > after)
    statement = select(CLIENT.c.serial).where(*next_rows).order_by(CLIENT.c.serial)
    serial: int | None = connection.execute(statement.offset(size - 1).limit(1)).scalar()
    return serial


def count_range(connection: Connection, account_id: int, serial_range: SerialRange) -> int:
    """Count the clients of a serial range, deleted ones too."""
    own_rows = range_conditions(CLIENT, "serial", account_id, serial_range)
    return connection.execute(
        select(func.count()).select_from(CLIENT).where(*own_rows)
    ).scalar_one()


def range_conditions(
    table: Table, name: str, account_id: int, serial_range: SerialRange
) -> tuple[ColumnElement[bool], ...]:
    after, last = serial_range
    return table.c.account_id == account_id, table.c[name] > after, table.c[name] <= last


def scan_contacts(
    connection: Connection, account_id: int, serial_range: SerialRange
) -> dict[int, list[Contact]]:
    """Live contacts by the serial of their client, the primary contact first."""
    statement = (
        select(*OWNED_CONTACT_COLUMNS)
        .where(*range_conditions(CONTACT, "client_serial", account_id, serial_range))
        .where(CONTACT.c.deleted_at.is_(None))
        .order_by(CONTACT.c.client_serial, CONTACT.c.is_primary.desc(), CONTACT.c.serial)
    )
    contacts: dict[int, list[Contact]] = {}
    for client_serial, *row in bulk_rows.fetch_columns(
        connection, statement, OWNED_CONTACT_COLUMNS
    ):
        contacts.setdefault(client_serial, []).append(contact_from_row(row))
    return contacts


def scan_documents(
    connection: Connection, account_id: int, serial_range: SerialRange
) -> dict[int, list[Document]]:
    statement = (
        select(*DOCUMENT_COLUMNS)
        .where(*range_conditions(DOCUMENT, "client_serial", account_id, serial_range))
        .order_by(DOCUMENT.c.client_serial, DOCUMENT.c.serial)
    )
    documents: dict[int, list[Document]] = {}
    rows = bulk_rows.fetch_columns(connection, statement, DOCUMENT_COLUMNS)
    for record in map(document_from_row, rows):
        documents.setdefault(record.client_serial, []).append(record)
    return documents
