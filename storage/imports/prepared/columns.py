"""Columns of many new clients: as another service describes them, and as prepared rows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate, repeat
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import Table

from storage.database.fast_sql import bulk_rows
from storage.model.imports import Identifiers
from storage.model.limits import MAX_AMOUNT, MAX_INTEGER, MONEY_PLACES
from storage.model.moments import EPOCH
from storage.model.records import Client, Contact
from storage.schema.row_mapping import client_row_values, contact_row_values
from storage.schema.tables import CLIENT, CONTACT

from . import rows as prepared_rows
from .rows import CLIENT_ROWS_ENCODER, PreparedRows

Columns = dict[str, Sequence[Any]]
Rows = Iterator[tuple[Any, ...]]
Span = tuple[int, int]

MICROSECONDS_PER_SECOND = 1_000_000


class ClientColumns(NamedTuple):
    """New clients as another service describes them: the values of each field, by field name.

    `contacts` are the contacts of all clients, one client after the other; `sizes` are their
    numbers per client. Times come from `to_microseconds`, amounts from `to_millionths`. A field
    without a column has its default.

    Each client has a serial, a number, a hash, times and a name; its country and its user may be
    None, for those of the account. Each has at least one contact, with serial, key and times. None
    has files.
    """

    clients: Columns
    contacts: Columns
    sizes: Sequence[int]


class PreparedColumns(Struct, frozen=True, array_like=True, gc=False):
    """Prepared columns: the encoded rows of a batch, and what an import needs to know of them.

    They are made in any process. They can be inserted if no client here has any of these
    identifiers. `encoded` are the columns of all rows as MessagePack.
    """

    serials: list[int]
    numbers: list[str]
    hashes: list[str]
    versions: list[int]
    are_archived: list[bool]
    are_deleted: list[bool]
    contacts: list[int]
    sizes: list[int]
    encoded: bytes

    def decode_rows(self, account_id: int, arrival: int | None = None) -> tuple[Rows, Rows]:
        """Return the rows of the clients and those of the contacts, as iterators.

        A row is made when the iterator comes to it. `arrival` is in microseconds.
        """
        clients, contacts = COLUMNS_DECODER.decode(self.encoded)
        account = {"account_id": account_id}
        return (
            iter_rows(clients, CLIENT_DEFAULTS | account | {"arrived_at": arrival}),
            iter_rows(contacts, CONTACT_DEFAULTS | account),
        )

    def identifiers(self) -> list[Identifiers]:
        """Return the identifiers that each client claims, in order."""
        claims = zip(self.serials, self.numbers, self.hashes, spans_of(self.sizes), strict=True)
        return [
            Identifiers(serial, None, number, None, client_hash, tuple(self.contacts[a:b]))
            for serial, number, client_hash, (a, b) in claims
        ]

    def prepared_rows(self, account_id: int) -> list[PreparedRows]:
        """Return the prepared rows of each client, in order."""
        clients, contact_rows = self.decode_rows(account_id)
        contacts = list(contact_rows)
        spans = spans_of(self.sizes)
        rows = [
            prepared_rows.ClientRows(row, contacts[a:b])
            for row, (a, b) in zip(clients, spans, strict=True)
        ]
        lifecycles = self.versions, self.are_archived, self.are_deleted
        return list(map(PreparedRows, *lifecycles, map(CLIENT_ROWS_ENCODER.encode, rows)))


def to_microseconds(seconds: Iterable[int]) -> list[int | None]:
    """Convert seconds since 1970 to microseconds, as rows store moments; 0 becomes None."""
    return [second * MICROSECONDS_PER_SECOND if second else None for second in seconds]


def to_millionths(values: Sequence[Decimal]) -> list[int] | None:
    """Convert amounts to whole millionths, as rows store them.

    Returns None when a row cannot store one of them exactly.
    """
    millionths = [0] * len(values)
    for n, value in enumerate(values):
        if value:
            if value.adjusted() > MAX_AMOUNT.adjusted():
                return None
            millionths[n] = int(value.scaleb(MONEY_PLACES))
            if (
                abs(millionths[n]) > MAX_INTEGER
                or Decimal(millionths[n]).scaleb(-MONEY_PLACES) != value
            ):
                return None
    return millionths


def spans_of(sizes: Iterable[int]) -> list[Span]:
    """Return where the contacts of each client begin and end."""
    ends = list(accumulate(sizes))
    return list(zip([0, *ends], ends, strict=False))


def iter_rows(columns: Mapping[str, Sequence[Any]], defaults: dict[str, Any]) -> Rows:
    """Return an iterator over rows that have the values of columns, and defaults elsewhere."""
    values = (columns.get(name) or repeat(default) for name, default in defaults.items())
    return zip(*values, strict=False)


def defaults_of(table: Table, values: list[Any]) -> dict[str, Any]:
    """Return the encoded values of a row by column name: the defaults of new rows."""
    return dict(zip(table.c.keys(), bulk_rows.encode_row(table, values), strict=True))


BLANK_CONTACT = Contact(serial=0, contact_key="", created_at=EPOCH, updated_at=EPOCH)
BLANK_CLIENT = Client(
    uuid=UUID(int=0),
    serial=0,
    number="",
    created_at=EPOCH,
    updated_at=EPOCH,
    user_serial=0,
    client_hash="",
)
CLIENT_DEFAULTS = defaults_of(CLIENT, client_row_values(0, BLANK_CLIENT))
CONTACT_DEFAULTS = defaults_of(CONTACT, contact_row_values(0, 0, BLANK_CONTACT))
COLUMNS_DECODER = msgspec.msgpack.Decoder(tuple[dict[str, list[Any]], dict[str, list[Any]]])
