"""Builds the command that changes a record as another server's object differs from it.

A value that equals the one shown for the record is no change. A field that the object does not
contain stays as it is.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET, UnsetType

from storage import Client, ContactDraft, ImportClient, Problem

from ..clients import names
from ..clients.contacts import align_contacts, contact_entries, contact_line
from ..clients.names import PARTS, ClientFields
from ..clients.service_address import changed_address
from ..protocol import wire
from .object_reader import ParsedFields


def change_client(record: Client, parsed: ParsedFields) -> ImportClient:
    """Return the command with the fields in which the object differs from the record.

    The version is always in the command: the store takes it over together with a change.
    """
    contacts = contacts_change(parsed, record)
    changes: dict[str, Any] = names_change(parsed, record, contacts.get("contacts", UNSET))
    changes |= address_change(parsed, record) | contacts
    if parsed.external_id is not UNSET and parsed.external_id != record.external_id:
        changes["external_id"] = parsed.external_id
    return ImportClient(version=parsed.version, **changes)


def new_names(parsed: ParsedFields) -> ClientFields:
    """Return the names and the classification of a new client.

    An organization without a name needs a classification, or the store takes it for a person.
    """
    if not parsed.is_organization:
        return {"classification": "individual", **parsed.names}
    return {"classification": "" if parsed.names else "other", **parsed.names}


def names_change(
    parsed: ParsedFields, record: Client, contacts: Sequence[ContactDraft] | UnsetType
) -> ClientFields:
    """Return the changed names. A client becomes the kind that the other server says.

    A request to this server cannot change the kind.
    """
    if not parsed.names:
        return {}
    if parsed.is_organization is record.is_individual:
        no_names = dict.fromkeys(("organization_name", *PARTS), "")
        return no_names | new_names(parsed)
    ignored_problems: list[Problem] = []
    sent = wire.ClientInput(**parsed.names)
    changes = names.changed_names(sent, record, contacts, ignored_problems)
    return {column: text for column, text in changes.items() if text != getattr(record, column)}


def address_change(parsed: ParsedFields, record: Client | None) -> ClientFields:
    """Return the changed columns of the service address. `record` is None for a new client."""
    ignored_problems: list[Problem] = []
    return changed_address(parsed.address, record, ignored_problems)


def contacts_change(parsed: ParsedFields, record: Client | None) -> ClientFields:
    """Return the contacts and the client's phone if the list differs from the one shown.

    `record` is None for a new client.
    """
    if parsed.lines is UNSET or (
        record and parsed.lines == [contact_line(e) for e in contact_entries(record)]
    ):
        return {}
    phone, rank, drafts = align_contacts(record, parsed.lines)
    return {"phone": phone, "phone_rank": rank, "contacts": drafts}
