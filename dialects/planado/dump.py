"""This API's objects as they stand in files and in other servers' lists, to records and back."""

from functools import partial
from typing import Any

from msgspec import UNSET

from dialects.base import Dump, Told, at_hand, bodies
from storage import Account, Client, ImportClient, Problem

from . import names, telling, translate, wire
from .address import address_fields
from .contacts import aligned, entries, line
from .differences import differences
from .losses import losses
from .names import PARTS, Fields
from .telling import Said


def id_of(record: Client, _account: Account) -> str:
    return str(record.uuid)


def read(raw: bytes, _account: Account) -> Told:
    said = telling.read(raw)
    return Told(
        foreign_id=str(said.uuid),
        stamp="" if said.version is UNSET else str(said.version),
        updated_at=None if said.updated_at is UNSET else said.updated_at,
        label=said.label,
        whole=at_hand(client(said)),
        change=partial(change, said=said),
        lost=said.lost,
    )


def client(said: Said) -> ImportClient:
    return ImportClient(
        uuid=said.uuid,
        external_id=said.external_id,
        version=said.version,
        created_at=said.created_at,
        updated_at=said.updated_at,
        **new_names(said),
        **address(said, None),
        **contacts(said, None),
    )


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
    told = names.changed(wire.ClientInput(**said.names), record, unread)
    return {column: text for column, text in told.items() if text != getattr(record, column)}


def address(said: Said, record: Client | None) -> Fields:
    unread: list[Problem] = []
    return address_fields(said.address, record, unread)


def contacts(said: Said, record: Client | None) -> Fields:
    if said.lines is UNSET or (record and said.lines == [line(e) for e in entries(record)]):
        return {}
    phone, rank, drafts = aligned(record, said.lines)
    return {"phone": phone, "phone_rank": rank, "contacts": drafts}


def write(record: Client, _account: Account) -> bytes:
    return bodies.ENCODER.encode(translate.client(record))


def is_listed(record: Client) -> bool:
    return not record.is_deleted


DUMP = Dump(
    id_of=id_of,
    read=read,
    write=write,
    differences=differences,
    losses=losses,
    is_listed=is_listed,
)
