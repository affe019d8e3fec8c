"""The rows of one new client, prepared before the transaction, in any process."""

from typing import Any

import msgspec
from msgspec import UNSET, Struct

from storage.database.fast_sql import bulk_rows
from storage.model.accounts import Account
from storage.model.commands import ImportClient, ImportContact
from storage.model.generators import Generators
from storage.model.records import Client
from storage.rules import client_changes, contact_changes
from storage.rules.validation import ESCAPED_NUL, has_storable_numbers
from storage.schema.row_mapping import client_row_values, contact_row_values
from storage.schema.tables import CLIENT, CONTACT


class ClientRows(Struct, frozen=True, array_like=True):
    """The rows of a client and of its contacts, as `bulk_rows.encode_row` encodes them."""

    client: tuple[Any, ...]
    contacts: list[tuple[Any, ...]]


CLIENT_ROWS_ENCODER = msgspec.json.Encoder()
CLIENT_ROWS_DECODER = msgspec.json.Decoder(ClientRows)


class PreparedRows(Struct, frozen=True, array_like=True, gc=False):
    """The rows of a new client as JSON, and what else an import needs to know of it.

    They are encoded because many are in memory at once. They can be inserted if all identifiers
    that the client claims are free.
    """

    version: int
    is_archived: bool
    is_deleted: bool
    encoded: bytes

    @property
    def decode_rows(self) -> ClientRows:
        return CLIENT_ROWS_DECODER.decode(self.encoded)


def prepare_rows(
    command: ImportClient, account: Account, generators: Generators
) -> PreparedRows | None:
    """Prepare the rows of a new client, or return None if they must be made in the transaction.

    None for a client that cannot be stored, for one that needs a serial or a number of its account,
    and for one that has files: there are few of these.
    """
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
    encoded = encode_record(account.id, record)
    if encoded is None:
        return None
    return PreparedRows(record.version, record.archived_at is not None, record.is_deleted, encoded)


def encode_record(account_id: int, record: Client) -> bytes | None:
    """Encode the rows of a client and of its contacts; None if they cannot be stored."""
    client_row = bulk_rows.encode_row(CLIENT, client_row_values(account_id, record))
    contact_rows = [
        bulk_rows.encode_row(CONTACT, contact_row_values(account_id, record.serial, contact))
        for contact in record.contacts
    ]
    try:
        encoded = CLIENT_ROWS_ENCODER.encode(ClientRows(client_row, contact_rows))
    except (ValueError, OverflowError):
        return None  # half of a surrogate pair, or a number that is out of range
    return None if ESCAPED_NUL in encoded else encoded


def has_own_contacts(command: ImportClient) -> bool:
    """Return whether the client brings contacts, each with its serial."""
    drafts = command.contacts or ()
    return bool(drafts) and all(
        isinstance(draft, ImportContact) and draft.serial is not None for draft in drafts
    )
