"""New clients as their rows would be: all that can be done before a transaction, in any process."""

from typing import Any

import msgspec
from msgspec import UNSET, Struct

from storage.database.fast_sql import bulk_rows
from storage.model.accounts import Account
from storage.model.commands import ImportClient, ImportContact
from storage.model.generators import Makers
from storage.rules import client_changes, contact_changes
from storage.rules.validation import NUL, has_plain_numbers
from storage.schema.row_mapping import client_values, contact_values
from storage.schema.tables import CLIENT, CONTACT

ENCODER = msgspec.json.Encoder()


class Rows(Struct, frozen=True, array_like=True):
    """The rows of a client and its contacts, as `bulk.plain` gives them."""

    client: tuple[Any, ...]
    contacts: list[tuple[Any, ...]]


class Ready(Struct, frozen=True, array_like=True, gc=False):
    """A client's rows, written down: many are on their way at once. They hold where all that the
    client wants to be known by is free."""

    version: int
    is_archived: bool
    is_deleted: bool
    written: bytes

    @property
    def rows(self) -> Rows:
        return READ(self.written)


READ = msgspec.json.Decoder(Rows).decode


def readied(command: ImportClient, account: Account, makers: Makers) -> Ready | None:
    """None for a client that cannot be stored, or needs something of its account; and for one
    that has files, of which there are few."""
    serial, number = command.serial, command.number
    if serial is UNSET or not number or not has_own_contacts(command):
        return None
    if command.documents or not has_plain_numbers(command):
        return None
    birth = client_changes.Birth(
        account=account,
        serial=serial,
        number=number,
        serials=contact_changes.NO_SERIALS,
        now=makers.clock(),
        makers=makers,
    )
    record = client_changes.created(command, birth)
    rows = Rows(
        bulk_rows.plain(CLIENT, client_values(account.id, record)),
        [bulk_rows.plain(CONTACT, contact_values(account.id, serial, c)) for c in record.contacts],
    )
    try:
        written = ENCODER.encode(rows)
    except (ValueError, OverflowError):
        return None  # half a character, or a number that is out of all range
    if NUL in written:
        return None
    return Ready(record.version, record.archived_at is not None, record.is_deleted, written)


def has_own_contacts(command: ImportClient) -> bool:
    """Whether it brings contacts, and each of them a serial."""
    drafts = command.contacts or ()
    return bool(drafts) and all(
        isinstance(draft, ImportContact) and draft.serial is not None for draft in drafts
    )
