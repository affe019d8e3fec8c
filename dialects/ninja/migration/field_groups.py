"""The field groups of this API's objects: addresses, each contact, each setting, each other field.

A contact is known by its key, which it keeps through a merge. Where the two sides know one contact
under two keys, ours takes the key of theirs (`aligned`), as the original makes its own.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import UNSET, Raw

from dialects.base.migration import lenient_json
from dialects.base.migration.field_groups import (
    CONTACTS,
    FieldGroups,
    Members,
    View,
    decode_members,
    encode_raw,
    family_of,
)
from dialects.base.protocol import json_codec
from storage import Account, Client, collapse_spaces, is_individual

from ..clients import translate
from ..protocol.scalars import text_of, trim, write_moment
from . import contact_pairs, kept_texts, object_fields, object_shapes
from .canonical_json import canonical_json
from .object_reader import EMPTY_EXTRAS, FieldValues
from .object_settings import settings_members

SETTINGS = "settings"
PRIMARY = "primary_contact"
CONTACT_STATE = "contact_state"
STATE_KEYS = ("is_locked", "last_login")
"""What the portal says of a contact."""
KEYS = {
    "name": ("name", "classification"),
    "billing_address": tuple(object_fields.ADDRESS_KINDS),
    "shipping_address": tuple(object_fields.SHIPPING_KINDS),
    "money": object_fields.AMOUNT_FIELDS,
}
"""The keys of the groups that have more than one."""
IN_A_GROUP = {name for names in KEYS.values() for name in names}
LONE_FIELDS = tuple(name for name in object_fields.CLIENT_FIELD_KINDS if name not in IN_A_GROUP)
REFERENCES = ("user_id", "assigned_user_id", "group_settings_id")
READ_ONLY = {"money", "client_hash", "last_login", "user_id", "gateway_tokens", CONTACT_STATE}
Contacts = list[dict[str, Raw]]


def own_object(record: Client, account: Account) -> Members:
    """Return the object of a record with the settings that it has, and no other ones."""
    caller = translate.Caller(account, url="")
    members = decode_members(json_codec.WIRE_ENCODER.encode(translate.client(record, caller)))
    return members | {SETTINGS: Raw(record.settings.encode() or b"{}")}


def view_of(raw: bytes) -> View:
    """Return the view of an object. Raises Invalid for an object that is no client."""
    given, losses = lenient_json.read_object(raw, object_shapes.Client)
    columns = object_fields.without_generated(object_fields.read_client(given, losses))
    values = {name: plain_value(name, v, kept_texts.CLIENT_LENGTHS) for name, v in columns.items()}
    if "archived_at" in columns:
        values["archived_at"] = columns["archived_at"] is not None
    values |= reference_ids(given) | names_view(given) | extras_view(given)
    view: View = {
        group: {name: values[name] for name in names if name in values}
        for group, names in KEYS.items()
    }
    view = {group: value for group, value in view.items() if value}
    view |= {name: values[name] for name in values if name not in IN_A_GROUP and name in PLAIN}
    return view | settings_view(given) | contacts_view(given)


PLAIN = {*LONE_FIELDS, *REFERENCES, *EMPTY_EXTRAS}
"""The groups of one field."""


def plain_value(name: str, value: Any, lengths: Mapping[str, int]) -> Any:
    """Return a value in its normal form, of a text what the original keeps of it."""
    match value:
        case str():
            return (
                kept_texts.kept_text(name, value, lengths[name]) if name in lengths else trim(value)
            )
        case bool() | int() | None:
            return value
        case Decimal():
            return f"{value.normalize():f}"
        case datetime():
            return write_moment(value)
        case _:
            raise AssertionError(f"{name} has no normal form")


def reference_ids(given: object_shapes.Client) -> FieldValues:
    values = {name: getattr(given, name) for name in REFERENCES}
    return {name: text_of(value) for name, value in values.items() if value is not UNSET}


def names_view(given: object_shapes.Client) -> FieldValues:
    """Return name and classification. Of a person's name the number of blanks does not count."""
    names = {n: getattr(given, n) for n in KEYS["name"]}
    texts = {
        name: plain_value(name, text_of(value), kept_texts.CLIENT_LENGTHS)
        for name, value in names.items()
        if value is not UNSET
    }
    name = texts.get("name", "")
    if is_individual(texts.get("classification", ""), name):
        texts |= {"name": collapse_spaces(name)} if "name" in texts else {}
    return texts


def extras_view(given: object_shapes.Client) -> FieldValues:
    values = {}
    for name, empty in EMPTY_EXTRAS.items():
        raw = getattr(given, name)
        if raw is not UNSET:
            text = bytes(empty if lenient_json.is_empty(raw) else raw)
            values[name] = canonical_text(text)
    return values


def canonical_text(raw: bytes) -> str:
    """Return canonical JSON as a text, or what came if it cannot be decoded."""
    try:
        return canonical_json(raw).decode()
    except (msgspec.MsgspecError, RecursionError):
        return raw.decode(errors="replace")


def settings_view(given: object_shapes.Client) -> View:
    if given.settings is UNSET or lenient_json.is_empty(given.settings):
        return {} if given.settings is UNSET else {SETTINGS: True}
    members = settings_members(bytes(given.settings).decode())
    values = {f"{SETTINGS}.{key}": value.decode() for key, value in members.items()}
    return values | {SETTINGS: True}


def contacts_view(given: object_shapes.Client) -> View:
    """Return a group for each contact, for what the portal says of it, and the primary one.

    The one contact that is blank stands for none.
    """
    if given.contacts is UNSET or given.contacts is None:
        return {}
    keys = contact_keys([(text_of(c.contact_key), text_of(c.id)) for c in given.contacts])
    view: View = {CONTACTS: True, CONTACT_STATE: True}
    flagged = []
    for key, contact in zip(keys, given.contacts, strict=True):
        columns = object_fields.read_contact(contact, [])
        if len(keys) == 1 and contact_pairs.is_blank(columns):
            continue
        flagged += [key] if columns.get("is_primary") else []
        values = {n: plain_value(n, v, kept_texts.CONTACT_LENGTHS) for n, v in columns.items()}
        view[f"{CONTACTS}.{key}"] = {n: v for n, v in values.items() if n in COMPARED_CONTACT}
        view[f"{CONTACT_STATE}.{key}"] = {n: values[n] for n in STATE_KEYS if n in values}
    # After a merge several have the flag, in no order: of these it is always the same one.
    return view | {PRIMARY: min(flagged, default="")}


COMPARED_CONTACT = {*object_fields.CONTACT_FIELD_KINDS} - {*contact_pairs.SERVER_FIELDS}


def contact_keys(identities: Sequence[tuple[str, str]]) -> list[str]:
    """Return what each contact is known by: its key, else its id, else its place."""
    return [key or foreign_id or f"#{n}" for n, (key, foreign_id) in enumerate(identities)]


def contacts_of(members: Members) -> dict[str, dict[str, Raw]]:
    """Return the contacts of an object by what they are known by."""
    contacts = msgspec.json.decode(members.get(CONTACTS, Raw(b"[]")), type=Contacts | None) or []
    keys = contact_keys([(text_in(c, "contact_key"), text_in(c, "id")) for c in contacts])
    return dict(zip(keys, contacts, strict=True))


def text_in(contact: Mapping[str, Raw], name: str) -> str:
    value = msgspec.json.decode(contact[name]) if name in contact else None
    return value if isinstance(value, str) else ""


def aligned(ours: Members, theirs: Members) -> Members:
    """Return our object with their keys for the contacts that are the same under another key."""
    own, foreign = contacts_of(ours), contacts_of(theirs)
    if set(own) <= set(foreign) or set(foreign) <= set(own):
        return ours
    own_keys, foreign_keys = list(own), list(foreign)
    given, shown = ([parsed_contact(c) for c in each.values()] for each in (foreign, own))
    for n, m in contact_pairs.pair_by_witness(given, shown).items():
        if key := foreign[foreign_keys[n]].get("contact_key"):
            own[own_keys[m]] = own[own_keys[m]] | {"contact_key": key}
    return ours | {CONTACTS: encode_raw(list(own.values()))}


def parsed_contact(contact: dict[str, Raw]) -> FieldValues:
    shape, _ = lenient_json.read_object(msgspec.json.encode(contact), object_shapes.Contact)
    return object_fields.read_contact(shape, [])


def keys_of(group: str) -> tuple[str, ...]:
    """Return the keys of a group that is a member of no family."""
    return KEYS.get(group, (group,) if group in PLAIN else ())


def with_groups(target: Members, source: Members, groups: Collection[str]) -> Members:
    """Return the target with these groups of the source."""
    members = dict(target)
    for group in groups:
        for key in keys_of(group):
            members |= {key: source[key]} if key in source else {}
    families = {family_of(group) for group in groups}
    if SETTINGS in families:
        members[SETTINGS] = encode_raw(merged_settings(target, source, groups))
    if families & {CONTACTS, CONTACT_STATE, PRIMARY}:
        members[CONTACTS] = encode_raw(merged_contacts(target, source, groups))
    return members


def merged_settings(target: Members, source: Members, groups: Collection[str]) -> Members:
    merged, given = settings_of(target), settings_of(source)
    for group in groups:
        family, _, key = group.partition(".")
        if family == SETTINGS and key:
            merged.pop(key, None)
            merged |= {key: given[key]} if key in given else {}
    return merged


def settings_of(members: Members) -> Members:
    """Return the settings of an object; those of PHP are an empty list if there are none."""
    try:
        return decode_members(members.get(SETTINGS, b"{}"))
    except msgspec.MsgspecError:
        return {}


def merged_contacts(target: Members, source: Members, groups: Collection[str]) -> Contacts:
    """Return the contacts of the target with those of the source that are named.

    A contact that the target has keeps its id there, and a new one brings none that is in use. The
    one contact that is blank stands for none, so it goes when another one comes.
    """
    merged, given = contacts_of(target), contacts_of(source)
    if len(merged) == 1 and any(map(contact_pairs.is_blank, map(parsed_contact, merged.values()))):
        is_replaced = any(f"{CONTACTS}.{key}" in groups for key in given if key not in merged)
        merged = {} if is_replaced else merged
    own_ids = {bytes(contact["id"]) for contact in merged.values() if "id" in contact}
    for key in named_members(groups, CONTACTS):
        before = merged.get(key)
        if key not in given:
            merged.pop(key, None)
            continue
        kept = {name: before[name] for name in KEPT_KEYS if before and name in before}
        new = {n: v for n, v in given[key].items() if n != "id" or bytes(v) not in own_ids}
        merged[key] = {
            **(new if before is None else given[key]),
            "is_primary": Raw(b"false"),
        } | kept
    for key in named_members(groups, CONTACT_STATE):
        if key in merged and key in given:
            merged[key] |= {name: given[key][name] for name in STATE_KEYS if name in given[key]}
    if PRIMARY in groups:
        flags = {k: given[k].get("is_primary", Raw(b"false")) for k in merged if k in given}
        merged = {k: c | {"is_primary": flags.get(k, Raw(b"false"))} for k, c in merged.items()}
    return list(merged.values())


KEPT_KEYS = ("id", "is_primary", *STATE_KEYS)
"""What a contact of the target keeps when another one takes its place."""


def named_members(groups: Collection[str], family: str) -> list[str]:
    """Return the names of the members of a family, in order."""
    return sorted(
        group.removeprefix(f"{family}.") for group in groups if group.startswith(f"{family}.")
    )


def is_read_only(group: str) -> bool:
    """Whether only the service itself changes a group: no request takes it."""
    return family_of(group) in READ_ONLY


def is_primary_contact(group: str) -> bool:
    """Whether a group is the primary contact, which a service also chooses by itself."""
    return group == PRIMARY


GROUPS = FieldGroups(
    own_object=own_object,
    view_of=view_of,
    with_groups=with_groups,
    aligned=aligned,
    is_read_only=is_read_only,
    is_quiet=is_primary_contact,
    given_groups=frozenset({"client_hash"}),
)
