"""Many clients at once, column by column: as another service tells them, and made ready to be
stored."""

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
from .rows import ENCODER, PreparedRows

Columns = dict[str, Sequence[Any]]
Rows = Iterator[tuple[Any, ...]]
Span = tuple[int, int]

MICROSECONDS = 1_000_000


class ClientColumns(NamedTuple):
    """New clients as another service tells them: by a field's name, what each of them says.

    `contacts` are those of all clients, one client's after the other's, and `sizes` how many each
    has. Times are `moments`, amounts `amounts`; a field that is missing has its default. All say
    a serial, a number, a hash and times, their country and user or None for the account's, and a
    name; all have a contact, which says its serial, key and times; none has files.
    """

    clients: Columns
    contacts: Columns
    sizes: Sequence[int]


class PreparedColumns(Struct, frozen=True, array_like=True, gc=False):
    """A crowd made ready, in any process: what each wants to be known by, its version and whether
    it is archived or deleted, and the columns of all rows, written down. They hold where nobody is
    here who has any of this."""

    serials: list[int]
    numbers: list[str]
    hashes: list[str]
    versions: list[int]
    are_archived: list[bool]
    are_deleted: list[bool]
    contacts: list[int]
    sizes: list[int]
    encoded: bytes

    def decode_rows(self, account_id: int) -> tuple[Rows, Rows]:
        """Of the clients, and of the contacts; each is made when it is asked for."""
        clients, contacts = READ(self.encoded)
        mine = {"account_id": account_id}
        return (
            iter_rows(clients, CLIENT_DEFAULTS | mine),
            iter_rows(contacts, CONTACT_DEFAULTS | mine),
        )

    def identifiers(self) -> list[Identifiers]:
        """One by one."""
        made = zip(self.serials, self.numbers, self.hashes, spans_of(self.sizes), strict=True)
        return [
            Identifiers(serial, None, number, None, client_hash, tuple(self.contacts[a:b]))
            for serial, number, client_hash, (a, b) in made
        ]

    def prepared_rows(self, account_id: int) -> list[PreparedRows]:
        """One by one."""
        clients, people = self.decode_rows(account_id)
        contacts = list(people)
        spans = spans_of(self.sizes)
        rows = [
            prepared_rows.ClientRows(row, contacts[a:b])
            for row, (a, b) in zip(clients, spans, strict=True)
        ]
        lives = self.versions, self.are_archived, self.are_deleted
        return list(map(PreparedRows, *lives, map(ENCODER.encode, rows)))


def to_microseconds(seconds: Iterable[int]) -> list[int | None]:
    """Whole seconds since 1970, 0 for none, as rows have moments."""
    return [second * MICROSECONDS if second else None for second in seconds]


def to_millionths(values: Sequence[Decimal]) -> list[int] | None:
    """As rows have them; None when one of them is not exactly what a row can have."""
    found = [0] * len(values)
    for n, value in enumerate(values):
        if value:
            if value.adjusted() > MAX_AMOUNT.adjusted():
                return None
            found[n] = int(value.scaleb(MONEY_PLACES))
            if abs(found[n]) > MAX_INTEGER or Decimal(found[n]).scaleb(-MONEY_PLACES) != value:
                return None
    return found


def spans_of(sizes: Iterable[int]) -> list[Span]:
    """Where the contacts of each client begin and end."""
    ends = list(accumulate(sizes))
    return list(zip([0, *ends], ends, strict=False))


def iter_rows(columns: Mapping[str, Sequence[Any]], defaults: dict[str, Any]) -> Rows:
    made = (columns.get(name) or repeat(value) for name, value in defaults.items())
    return zip(*made, strict=False)


def defaults_of(table: Table, values: list[Any]) -> dict[str, Any]:
    """What stands in a row where nothing is said."""
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
READ = msgspec.msgpack.Decoder(tuple[dict[str, list[Any]], dict[str, list[Any]]]).decode
