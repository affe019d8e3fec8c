"""Scans all clients of an account in the order of their serials, one serial range per call.

A call runs one statement each for clients, contacts and documents, and joins the rows in Python.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    bindparam,
    func,
    select,
)

from storage.database.fast_sql import bulk_rows, statements
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
RangeParameters = dict[str, int]


def in_range(serial: Column[Any]) -> ColumnElement[bool]:
    """Return the condition that a row is of a range, which is given with the account."""
    own_rows = serial.table.c.account_id == bindparam("account_id")
    return own_rows & (serial > bindparam("after")) & (serial <= bindparam("last"))


SCAN_CLIENTS = (
    select(*CLIENT_COLUMNS)
    .where(in_range(CLIENT.c.serial))
    .order_by(CLIENT.c.serial)
    .limit(bindparam("limit", type_=BigInteger))
)
SCAN_CONTACTS = (
    select(*OWNED_CONTACT_COLUMNS)
    .where(in_range(CONTACT.c.client_serial), CONTACT.c.deleted_at.is_(None))
    .order_by(CONTACT.c.client_serial, CONTACT.c.is_primary.desc(), CONTACT.c.serial)
)
SCAN_DOCUMENTS = (
    select(*DOCUMENT_COLUMNS)
    .where(in_range(DOCUMENT.c.client_serial))
    .order_by(DOCUMENT.c.client_serial, DOCUMENT.c.serial)
)
COUNT_RANGE = select(func.count()).select_from(CLIENT).where(in_range(CLIENT.c.serial))


def scan_clients(
    connection: Connection, account_id: int, serial_range: SerialRange, limit: int
) -> tuple[Client, ...]:
    """Return the first `limit` clients of a serial range, in the order of their serials."""
    given = range_parameters(account_id, serial_range)
    page = given | {"limit": limit}
    rows = list(bulk_rows.fetch_columns(connection, SCAN_CLIENTS, CLIENT_COLUMNS, page))
    if not rows:
        return ()
    serials = [row[SERIAL_COLUMN_INDEX] for row in rows]
    given = range_parameters(account_id, (serial_range[0], serials[-1]))
    contacts = scan_contacts(connection, given)
    documents = scan_documents(connection, given)
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
    given = range_parameters(account_id, serial_range)
    [[number]] = statements.fetch_all(connection, COUNT_RANGE, given)
    return int(number)


def range_parameters(account_id: int, serial_range: SerialRange) -> RangeParameters:
    """Return the parameters of the statements above."""
    after, last = serial_range
    return {"account_id": account_id, "after": after, "last": last}


def scan_contacts(connection: Connection, given: RangeParameters) -> dict[int, list[Contact]]:
    """Live contacts by the serial of their client, the primary contact first."""
    contacts: dict[int, list[Contact]] = {}
    for client_serial, *row in bulk_rows.fetch_columns(
        connection, SCAN_CONTACTS, OWNED_CONTACT_COLUMNS, given
    ):
        contacts.setdefault(client_serial, []).append(contact_from_row(row))
    return contacts


def scan_documents(connection: Connection, given: RangeParameters) -> dict[int, list[Document]]:
    documents: dict[int, list[Document]] = {}
    rows = bulk_rows.fetch_columns(connection, SCAN_DOCUMENTS, DOCUMENT_COLUMNS, given)
    for record in map(document_from_row, rows):
        documents.setdefault(record.client_serial, []).append(record)
    return documents
