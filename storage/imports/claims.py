"""Claims of incoming clients to identifiers, and which identifiers are taken already."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import UNSET, UnsetType
from sqlalchemy import Connection

from storage.accounts.numbering import used_numbers_finder
from storage.accounts.serials import is_valid_serial
from storage.clients import identities
from storage.model.imports import Identifiers

from .matching import find_taken_contacts, find_taken_serials


class TakenIdentifiers(NamedTuple):
    """The identifiers that the new clients of a batch cannot have.

    The sets grow as clients of the batch get theirs. `external_ids` are those that would identify
    two clients.
    """

    serials: set[int]
    contacts: set[int]
    numbers: set[str]
    external_ids: set[str]

    def is_free(self, identifiers: Identifiers) -> bool:
        """Return whether a client can have all that it claims."""
        return (
            serial_objection(identifiers.serial, self.serials, "client") == ""
            and identifiers.number not in self.numbers
            and identifiers.external_id not in self.external_ids
            and len(set(identifiers.contacts)) == len(identifiers.contacts)
            and all(map(is_valid_serial, identifiers.contacts))
            and self.contacts.isdisjoint(identifiers.contacts)
        )

    def claim(self, identifiers: Identifiers) -> None:
        """Add a number and the serials of contacts.

        Serials and external ids of clients differ within a batch (`matching.first_occurrences`).
        """
        self.contacts.update(identifiers.contacts)
        if identifiers.number:
            self.numbers.add(identifiers.number)


def find_taken(
    connection: Connection, account_id: int, identifiers: Sequence[Identifiers]
) -> TakenIdentifiers:
    """Find which of these identifiers the account's clients have, or had."""
    serials = [one.serial for one in identifiers if one.serial is not None]
    contacts = [serial for one in identifiers for serial in one.contacts]
    # A live client with the same external id would have been matched. What remains to be checked
    # is an external id that is the UUID of a client.
    like_uuids = {
        one.external_id
        for one in identifiers
        if identities.UUID_SHAPE.fullmatch(one.external_id or "")
    }
    return TakenIdentifiers(
        serials=find_taken_serials(connection, account_id, serials),
        contacts=find_taken_contacts(connection, account_id, contacts),
        numbers=used_numbers_finder(connection, account_id)(
            [one.number for one in identifiers if one.number]
        ),
        external_ids={
            key for key in like_uuids if key and is_external_id_taken(connection, account_id, key)
        },
    )


def is_external_id_taken(connection: Connection, account_id: int, external_id: str) -> bool:
    return identities.is_taken(connection, account_id, "external_id", [external_id], None)


def serial_objection(serial: int | UnsetType | None, taken: set[int], kind: str) -> str:
    """Return why a client or contact cannot have the serial that it claims.

    Empty when it can have it, or claims none.
    """
    if serial is UNSET or serial is None:
        return ""
    if not is_valid_serial(serial):
        return "is out of range: this one has a new id"
    return f"is another {kind}'s here: this one has a new id" if serial in taken else ""
