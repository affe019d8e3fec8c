from typing import Any

from msgspec import UNSET

from storage import Client, ImportClient, Problem

from ..clients import names
from ..clients.contacts import align_contacts, contact_entries, contact_line
from ..clients.names import PARTS, Fields
from ..clients.service_address import changed_address
from ..protocol import wire
from .object_reader import ParsedFields


def change_client(record: Client, said: ParsedFields) -> ImportClient:
    """What differs from what is shown. The version is for the store to take over with it."""
    told: dict[str, Any] = names_change(said, record)
    told |= address_change(said, record) | contacts_change(said, record)
    if said.external_id is not UNSET and said.external_id != record.external_id:
        told["external_id"] = said.external_id
    return ImportClient(version=said.version, **told)


def new_names(said: ParsedFields) -> Fields:
    """Whoever has no name at all would be a person, were it not for a word."""
    if not said.is_organization:
        return {"classification": "individual", **said.names}
    return {"classification": "" if said.names else "other", **said.names}


def names_change(said: ParsedFields, record: Client) -> Fields:
    """Here a client may change its kind: it is another one there."""
    if not said.names:
        return {}
    if said.is_organization is record.is_individual:
        nothing = dict.fromkeys(("organization_name", *PARTS), "")
        return nothing | new_names(said)
    unread: list[Problem] = []
    told = names.changed_names(wire.ClientInput(**said.names), record, unread)
    return {column: text for column, text in told.items() if text != getattr(record, column)}


def address_change(said: ParsedFields, record: Client | None) -> Fields:
    unread: list[Problem] = []
    return changed_address(said.address, record, unread)


def contacts_change(said: ParsedFields, record: Client | None) -> Fields:
    if said.lines is UNSET or (
        record and said.lines == [contact_line(e) for e in contact_entries(record)]
    ):
        return {}
    phone, rank, drafts = align_contacts(record, said.lines)
    return {"phone": phone, "phone_rank": rank, "contacts": drafts}
