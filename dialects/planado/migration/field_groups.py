"""The field groups of this API's objects: names, address, external id, and each line of contacts.

A line of the contacts is known by its type and its name. So two sides that change lines of
different people, or the phone and the e-mail of one, do not disturb each other.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from msgspec import Raw, structs

from dialects.base.migration.field_groups import (
    CONTACTS,
    FieldGroups,
    Members,
    View,
    decode_members,
    encode_raw,
)
from dialects.base.protocol import json_codec
from storage import Account, Client

from ..clients import translate
from ..clients.contacts import ContactLine
from ..clients.names import PARTS
from ..clients.service_address import non_blank, read_address
from ..protocol import wire
from . import object_reader, object_shapes

NAME = "name"
ORDER = "contacts_order"
OWN_PHONE = "phone"
DELETED = "is_deleted"
KEYS = {
    NAME: (NAME, "organization", "organization_name", *PARTS),
    "external_id": ("external_id",),
    "site_address": ("site_address",),
    DELETED: (DELETED,),
}
"""The keys of each group that is no line of the contacts."""
LINE_KEYS = ("name", "value", "type")
Contacts = list[dict[str, Any]]


def own_object(record: Client, _account: Account) -> Members:
    """Return the object of a record, which says as well whether the record is deleted."""
    members = decode_members(json_codec.WIRE_ENCODER.encode(translate.client(record)))
    return members | {DELETED: encode_raw(record.is_deleted)}


def view_of(raw: bytes) -> View:
    """Return the view of an object. Raises Invalid for an object that is no client."""
    members = decode_members(raw)
    is_deleted = msgspec.json.decode(members.pop(DELETED, b"false"))
    parsed = object_reader.read_fields(msgspec.json.encode(members))
    names = {name: parsed.names.get(name) or "" for name in ("organization_name", *PARTS)}
    view: View = {NAME: {"organization": parsed.is_organization, **names}, DELETED: is_deleted}
    if isinstance(parsed.external_id, str | None):
        view["external_id"] = parsed.external_id
    if isinstance(parsed.address, wire.AddressInput):
        address = msgspec.to_builtins(structs.asdict(read_address(parsed.address, [])))
        view["site_address"] = {f"site_address.{name}": v for name, v in address.items()}
    if isinstance(parsed.lines, list):
        view |= lines_view(parsed.lines)
    return view


def line_groups(lines: Sequence[ContactLine]) -> list[str]:
    """Return the group of each line.

    The first phone without a name is the client's own. The lines of a name and a type are one
    group; each other line is one by itself.
    """
    groups = [f"{CONTACTS}.{line.type} {line.name or f'= {line.value}'}" for line in lines]
    own = next((n for n, line in enumerate(lines) if is_nameless_phone(line)), None)
    return [OWN_PHONE if n == own else group for n, group in enumerate(groups)]


def is_nameless_phone(line: ContactLine) -> bool:
    return line.type == "phone" and not line.name


def lines_view(lines: Sequence[ContactLine]) -> View:
    """Return a group for each person and type, and the order: the group of each line."""
    values: dict[str, list[str]] = {}
    order = line_groups(lines)
    for group, line in zip(order, lines, strict=True):
        values.setdefault(group, []).append(line.value)
    return {OWN_PHONE: []} | values | {CONTACTS: True, ORDER: order}


def with_groups(target: Members, source: Members, groups: Collection[str]) -> Members:
    """Return the target with these groups of the source."""
    members = dict(target)
    for group in groups:
        for key in KEYS.get(group, ()):
            members.pop(key, None)
            members |= {key: source[key]} if key in source else {}
    if any(group == OWN_PHONE or group.startswith(CONTACTS) for group in groups):
        members[CONTACTS] = encode_raw(merged_contacts(target, source, groups))
    return members


def merged_contacts(target: Members, source: Members, groups: Collection[str]) -> Contacts:
    """Return the contacts of the target, with those groups of the source that are named.

    Each group keeps its places in the target, or takes those in the source if the order is named.
    What has no place comes last.
    """
    ours, theirs = grouped_contacts(target), grouped_contacts(source)
    merged = [one for one in ours if one[0] not in groups]
    merged += [one for one in theirs if one[0] in groups]
    unplaced: dict[str, Contacts] = defaultdict(list)
    for group, contact in merged:
        unplaced[group].append(contact)
    places = [group for group, _ in (theirs if ORDER in groups else []) + ours]
    placed = [unplaced[group].pop(0) for group in places if unplaced[group]]
    return placed + [contact for contacts in unplaced.values() for contact in contacts]


def grouped_contacts(members: Members) -> list[tuple[str, dict[str, Any]]]:
    """Return each contact of an object with its group. One that is no line is a group by itself."""
    contacts = msgspec.json.decode(members.get(CONTACTS, Raw(b"[]"))) or []
    objects = [one for one in contacts if isinstance(one, dict)]
    lines = [line_of(one) for one in objects]
    groups = iter(line_groups([line for line in lines if line is not None]))
    return [
        (f"unread {n}" if line is None else next(groups), one)
        for n, (one, line) in enumerate(zip(objects, lines, strict=True))
    ]


def line_of(contact: dict[str, Any]) -> ContactLine | None:
    given = object_shapes.Contact(**{name: contact.get(name) for name in LINE_KEYS})
    return object_reader.contact_line_field(0, given, [])


def derived_groups(record: Client) -> frozenset[str]:
    """Return the address if it is only the billing address: nobody has entered it as this one."""
    details = (record.entrance_no, record.apartment, record.floor, record.description)
    is_own = record.service_text is not None or record.longitude is not None
    is_own = is_own or bool(non_blank(*record.shipping_address[:-1], *details))
    return frozenset() if is_own else frozenset({"site_address"})


def is_order(group: str) -> bool:
    return group == ORDER


GROUPS = FieldGroups(
    own_object=own_object,
    view_of=view_of,
    with_groups=with_groups,
    is_quiet=is_order,
    derived_groups=derived_groups,
)
