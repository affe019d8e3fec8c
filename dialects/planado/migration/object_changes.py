from typing import Any

from msgspec import UNSET

from storage import Client, ImportClient, Problem

from ..clients import names as clients_names
from ..clients.contacts import aligned, entries, line
from ..clients.names import PARTS, Fields
from ..clients.service_address import address_fields
from ..protocol import wire
from .object_reader import Said


def change(record: Client, said: Said) -> ImportClient:
    """What differs from what is shown. The version is for the store to take over with it."""
    told: dict[str, Any] = changed_names(said, record)
    told |= address(said, record) | contacts(said, record)
    if said.external_id is not UNSET and said.external_id != record.external_id:
        told["external_id"] = said.external_id
    return ImportClient(version=said.version, **told)


def new_names(said: Said) -> Fields:
    """Whoever has no name at all would be a person, were it not for a word."""
    if not said.is_organization:
        return {"classification": "individual", **said.names}
    return {"classification": "" if said.names else "other", **said.names}


def changed_names(said: Said, record: Client) -> Fields:
    """Here a client may change its kind: it is another one there."""
    if not said.names:
        return {}
    if said.is_organization is record.is_individual:
        nothing = dict.fromkeys(("organization_name", *PARTS), "")
        return nothing | new_names(said)
    unread: list[Problem] = []
    told = clients_names.changed(wire.ClientInput(**said.names), record, unread)
    return {column: text for column, text in told.items() if text != getattr(record, column)}


def address(said: Said, record: Client | None) -> Fields:
    unread: list[Problem] = []
    return address_fields(said.address, record, unread)


def contacts(said: Said, record: Client | None) -> Fields:
    if said.lines is UNSET or (record and said.lines == [line(e) for e in entries(record)]):
        return {}
    phone, rank, drafts = aligned(record, said.lines)
    return {"phone": phone, "phone_rank": rank, "contacts": drafts}
