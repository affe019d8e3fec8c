"""What clients have of all that those who arrive want to be known by, in a transaction."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import UNSET, UnsetType
from sqlalchemy import Connection

from storage.accounts.numbering import used_numbers_finder
from storage.accounts.serials import is_valid_serial
from storage.clients import identities
from storage.model.imports import Identifiers

from .matching import taken_contacts, taken_serials


class TakenIdentifiers(NamedTuple):
    """What clients have of all that a batch of new ones wants; it grows as they get it. `keys`
    are external ids that would mean two clients."""

    serials: set[int]
    contacts: set[int]
    numbers: set[str]
    external_ids: set[str]

    def is_free(self, identifiers: Identifiers) -> bool:
        return (
            serial_objection(identifiers.serial, self.serials, "client") == ""
            and identifiers.number not in self.numbers
            and identifiers.external_id not in self.external_ids
            and len(set(identifiers.contacts)) == len(identifiers.contacts)
            and all(map(is_valid_serial, identifiers.contacts))
            and self.contacts.isdisjoint(identifiers.contacts)
        )

    def claim(self, identifiers: Identifiers) -> None:
        self.contacts.update(identifiers.contacts)
        if identifiers.number:
            self.numbers.add(identifiers.number)


def find_taken(
    connection: Connection, account_id: int, identifiers: Sequence[Identifiers]
) -> TakenIdentifiers:
    serials = [one.serial for one in identifiers if one.serial is not None]
    contacts = [serial for one in identifiers for serial in one.contacts]
    # One of a living client would have been recognised; a uuid of a client is left.
    like_uuids = {
        one.external_id
        for one in identifiers
        if identities.UUID_SHAPE.fullmatch(one.external_id or "")
    }
    return TakenIdentifiers(
        serials=taken_serials(connection, account_id, serials),
        contacts=taken_contacts(connection, account_id, contacts),
        numbers=used_numbers_finder(connection, account_id)(
            [one.number for one in identifiers if one.number]
        ),
        external_ids={
            key for key in like_uuids if key and is_taken_key(connection, account_id, key)
        },
    )


def is_taken_key(connection: Connection, account_id: int, external_id: str) -> bool:
    return identities.is_taken(connection, account_id, "external_id", [external_id], None)


def serial_objection(serial: int | UnsetType | None, taken: set[int], kind: str) -> str:
    """Why nobody gets the serial that it wants; empty when it does, or wants none."""
    if serial is UNSET or serial is None:
        return ""
    if not is_valid_serial(serial):
        return "is out of range: this one has a new id"
    return f"is another {kind}'s here: this one has a new id" if serial in taken else ""
