"""The field groups of this API's objects: addresses, each contact, each setting, each other field.

A contact is known by its key, which it keeps through a merge. Before our object is compared with
theirs, it is brought into the terms of theirs (`aligned`):

1. Where the two sides know one contact under two keys, it has theirs: the original makes its own.
2. A key that theirs does not have is left out of a group that theirs shows: an older server does
   not know it.
3. Where several contacts are the primary one there, as after a merge, and ours is among them, it
   has the same ones.
4. A text that the original does not keep whole is marked, so that it is seen as the original keeps
   it. If theirs is such a text as well, their server keeps all of it, and ours is seen whole.
"""

from collections.abc import Collection, Mapping

import msgspec
from msgspec import Raw

from dialects.base.migration import lenient_json
from dialects.base.migration.field_groups import (
    CONTACTS,
    FieldGroups,
    Members,
    decode_members,
    encode_raw,
    family_of,
)
from dialects.base.protocol import json_codec
from storage import Account, Client, has_provisional_number

from ..clients import translate
from ..protocol.scalars import read_flag
from . import contact_pairs, kept_texts, object_fields, object_shapes
from .object_reader import FieldValues
from .object_view import (
    COMPARED_CONTACT,
    CONTACT_STATE,
    CUT_TEXTS,
    KEYS,
    PLAIN,
    PRIMARY,
    SETTINGS,
    STATE_KEYS,
    USERS,
    contact_keys,
    view_of,
)

READ_ONLY = {"money", "client_hash", "last_login", "user_id", "gateway_tokens", CONTACT_STATE}
NUMBER = "number"
Contacts = list[dict[str, Raw]]
ContactsByKey = dict[str, dict[str, Raw]]


def own_object(record: Client, account: Account) -> Members:
    """Return the object of a record with the settings that it has, and no other ones."""
    caller = translate.Caller(account, url="")
    members = decode_members(json_codec.WIRE_ENCODER.encode(translate.client(record, caller)))
    return members | {SETTINGS: Raw(record.settings.encode() or b"{}")}


def contacts_of(members: Members) -> ContactsByKey:
    """Return the contacts of an object by what they are known by."""
    try:
        contacts = msgspec.json.decode(members.get(CONTACTS, b"[]"), type=Contacts | None) or []
    except msgspec.ValidationError:
        contacts = []  # what is no list of contacts is a loss of the reader
    return contacts_by_key(contacts)


def contacts_by_key(contacts: Contacts) -> ContactsByKey:
    keys = contact_keys([(text_in(c, "contact_key"), text_in(c, "id")) for c in contacts])
    return dict(zip(keys, contacts, strict=True))


def text_in(contact: Mapping[str, Raw], name: str) -> str:
    value = msgspec.json.decode(contact[name]) if name in contact else None
    return value if isinstance(value, str) else ""


def aligned(ours: Members, theirs: Members) -> Members:
    """Return our object in the terms of theirs, as described above."""
    lacked = lacked_keys(theirs)
    members = {key: value for key, value in ours.items() if key not in lacked}
    own, foreign = contacts_of(ours), contacts_of(theirs)
    contacts = with_their_keys(own, foreign)
    for key in contacts.keys() & foreign.keys():
        hidden = hidden_keys(COMPARED_CONTACT, foreign[key])
        contacts[key] = {name: v for name, v in contacts[key].items() if name not in hidden}
    contacts = with_primary_flags(contacts, foreign)
    if contacts != own:
        members[CONTACTS] = encode_raw(list(contacts.values()))
    cut = cut_texts(ours, theirs, kept_texts.CLIENT_LENGTHS)
    for key, contact in contacts.items():
        names = cut_texts(contact, foreign.get(key, {}), kept_texts.CONTACT_LENGTHS)
        cut += [f"{key}.{name}" for name in names]
    return members | {CUT_TEXTS: encode_raw(cut)} if cut else members


def lacked_keys(theirs: Members) -> set[str]:
    """Return the keys that an object lacks in groups of which it shows others."""
    return {key for keys in KEYS.values() for key in hidden_keys(keys, theirs)}


def hidden_keys(keys: Collection[str], theirs: Mapping[str, Raw]) -> set[str]:
    """Return the keys of a group that an object lacks though it shows the group."""
    lacked = {key for key in keys if key not in theirs}
    return lacked if len(lacked) < len(keys) else set()


def with_their_keys(own: ContactsByKey, foreign: ContactsByKey) -> ContactsByKey:
    """Return our contacts with their keys for those that are the same under another key."""
    if set(own) <= set(foreign) or set(foreign) <= set(own):
        return dict(own)
    own_keys, foreign_keys = list(own), list(foreign)
    given, shown = ([parsed_contact(c) for c in each.values()] for each in (foreign, own))
    pairs = contact_pairs.pair_by_witness(given, shown).items()
    given_keys = {own_keys[m]: foreign[foreign_keys[n]].get("contact_key") for n, m in pairs}
    changes = {key: {"contact_key": given} for key, given in given_keys.items() if given}
    return contacts_by_key([contact | changes.get(key, {}) for key, contact in own.items()])


def with_primary_flags(own: ContactsByKey, foreign: ContactsByKey) -> ContactsByKey:
    """Return our contacts with the flags of theirs, if our primary one has the flag there."""
    flagged, primary = ({k for k, c in each.items() if has_flag(c)} for each in (foreign, own))
    if flagged == primary or not flagged & primary:
        return own
    return {key: c | {"is_primary": encode_raw(key in flagged)} for key, c in own.items()}


def has_flag(contact: Mapping[str, Raw]) -> bool:
    """Whether a contact is marked as the primary one."""
    return bool(read_flag(msgspec.json.decode(contact.get("is_primary", b"false"))))


def cut_texts(
    ours: Mapping[str, Raw], theirs: Mapping[str, Raw], lengths: Mapping[str, int]
) -> list[str]:
    """Return the texts of ours that the original would cut, but for those that are so there too."""
    texts = {name: text for name in lengths if (text := text_in(ours, name))}
    cut = [n for n, text in texts.items() if not kept_texts.is_kept_whole(n, lengths[n], text)]
    return [n for n in cut if kept_texts.is_kept_whole(n, lengths[n], text_in(theirs, n))]


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


def provisional_groups(record: Client) -> frozenset[str]:
    """Return the number if nobody but this store has given it."""
    return frozenset({NUMBER}) if has_provisional_number(record) else frozenset()


def given_groups(record: Client) -> frozenset[str]:
    """Return what the original gives a new client: its hash, and a number if it has none yet."""
    return provisional_groups(record) | {"client_hash"}


GROUPS = FieldGroups(
    own_object=own_object,
    view_of=view_of,
    with_groups=with_groups,
    aligned=aligned,
    lacked_keys=lacked_keys,
    is_read_only=is_read_only,
    is_quiet=is_primary_contact,
    derived_groups=provisional_groups,
    given_groups=given_groups,
    own_groups=frozenset({"client_hash", "last_login", CONTACT_STATE, *USERS}),
)
