"""New clients as their rows would be: all that can be done before a transaction, in any process."""

from typing import Any

import msgspec
from msgspec import UNSET, Struct

from storage.database.fast_sql import bulk_rows
from storage.model.accounts import Account
from storage.model.commands import ImportClient, ImportContact
from storage.model.generators import Generators
from storage.rules import client_changes, contact_changes
from storage.rules.validation import NUL, has_storable_numbers
from storage.schema.row_mapping import client_row_values, contact_row_values
from storage.schema.tables import CLIENT, CONTACT

ENCODER = msgspec.json.Encoder()


class ClientRows(Struct, frozen=True, array_like=True):
    """The rows of a client and its contacts, as `bulk.plain` gives them."""

    client: tuple[Any, ...]
    contacts: list[tuple[Any, ...]]


class PreparedRows(Struct, frozen=True, array_like=True, gc=False):
    """A client's rows, written down: many are on their way at once. They hold where all that the
    client wants to be known by is free."""

    version: int
    is_archived: bool
    is_deleted: bool
    encoded: bytes

    @property
    def decode_rows(self) -> ClientRows:
        return READ(self.encoded)


READ = msgspec.json.Decoder(ClientRows).decode


def prepare_rows(
    command: ImportClient, account: Account, generators: Generators
) -> PreparedRows | None:
    """None for a client that cannot be stored, or needs something of its account; and for one
    that has files, of which there are few."""
    serial, number = command.serial, command.number
    if serial is UNSET or not number or not has_own_contacts(command):
        return None
    if command.documents or not has_storable_numbers(command):
        return None
    context = client_changes.NewClientContext(
        account=account,
        serial=serial,
        number=number,
        serials=contact_changes.EMPTY_POOL,
        now=generators.clock(),
        generators=generators,
    )
    record = client_changes.new_client(command, context)
    rows = ClientRows(
        bulk_rows.encode_row(CLIENT, client_row_values(account.id, record)),
        [
            bulk_rows.encode_row(CONTACT, contact_row_values(account.id, serial, c))
            for c in record.contacts
        ],
    )
    try:
        written = ENCODER.encode(rows)
    except (ValueError, OverflowError):
        return None  # half a character, or a number that is out of all range
    if NUL in written:
        return None
    return PreparedRows(record.version, record.archived_at is not None, record.is_deleted, written)


def has_own_contacts(command: ImportClient) -> bool:
    """Whether it brings contacts, and each of them a serial."""
    drafts = command.contacts or ()
    return bool(drafts) and all(
        isinstance(draft, ImportContact) and draft.serial is not None for draft in drafts
    )
