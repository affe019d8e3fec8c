"""The view of an object of this API: its values in normal form, by field group.

Of the settings the view has those that say something. Of a text of ours it has what the original
keeps of it, if the object says so (`CUT_TEXTS`).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import UNSET

from dialects.base.migration import lenient_json
from dialects.base.migration.canonical_json import canonical_json
from dialects.base.migration.field_groups import CONTACTS, View
from storage import collapse_spaces, is_individual

from ..protocol.scalars import text_of, trim, write_moment
from . import contact_pairs, kept_texts, object_fields, object_shapes
from .object_reader import EMPTY_EXTRAS, FieldValues
from .object_settings import settings_members

SETTINGS = "settings"
PRIMARY = "primary_contact"
CONTACT_STATE = "contact_state"
STATE_KEYS = ("is_locked", "last_login")
"""What the portal says of a contact."""
CUT_TEXTS = "texts_cut_there"
"""A mark that no server makes: the paths of the texts that are seen as the original keeps them."""
KEYS = {
    "name": ("name", "classification"),
    "billing_address": tuple(object_fields.ADDRESS_KINDS),
    "shipping_address": tuple(object_fields.SHIPPING_KINDS),
    "money": object_fields.AMOUNT_FIELDS,
}
"""The keys of the groups that have more than one."""
IN_A_GROUP = {name for names in KEYS.values() for name in names}
LONE_FIELDS = tuple(name for name in object_fields.CLIENT_FIELD_KINDS if name not in IN_A_GROUP)
USERS = ("user_id", "assigned_user_id")
REFERENCES = (*USERS, "group_settings_id")
COMPARED_CONTACT = {*object_fields.CONTACT_FIELD_KINDS} - {*contact_pairs.SERVER_FIELDS}
PLAIN = {*LONE_FIELDS, *REFERENCES, *EMPTY_EXTRAS}
"""The groups of one field."""


class MarkedClient(object_shapes.Client, kw_only=True, forbid_unknown_fields=True):
    """A client object that can have our mark."""

    texts_cut_there: tuple[str, ...] = ()


def view_of(raw: bytes) -> View:
    """Return the view of an object. Raises Invalid for an object that is no client."""
    given, losses = lenient_json.read_object(raw, MarkedClient)
    columns = object_fields.without_generated(object_fields.read_client(given, losses))
    cut = lengths_of(given.texts_cut_there, kept_texts.CLIENT_LENGTHS)
    values = {name: plain_value(name, v, cut) for name, v in columns.items()}
    if "archived_at" in columns:
        values["archived_at"] = columns["archived_at"] is not None
    values |= reference_ids(given) | names_view(given, cut) | extras_view(given)
    view: View = {
        group: {name: values[name] for name in names if name in values}
        for group, names in KEYS.items()
    }
    view = {group: value for group, value in view.items() if value}
    view |= {name: values[name] for name in values if name not in IN_A_GROUP and name in PLAIN}
    return view | settings_view(given) | contacts_view(given)


def lengths_of(
    paths: Collection[str], lengths: Mapping[str, int], prefix: str = ""
) -> dict[str, int]:
    """Return the lengths of the fields that are named by these paths."""
    return {n: v for n, v in lengths.items() if f"{prefix}{n}" in paths} if paths else {}


def plain_value(name: str, value: Any, lengths: Mapping[str, int]) -> Any:
    """Return a value in its normal form; of a text that has a length, what the original keeps."""
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


def names_view(given: object_shapes.Client, cut: Mapping[str, int]) -> FieldValues:
    """Return name and classification. Of a person's name the number of blanks does not count."""
    names = {n: getattr(given, n) for n in KEYS["name"]}
    texts = {
        name: plain_value(name, text_of(value), cut)
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


def contacts_view(given: MarkedClient) -> View:
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
        cut = lengths_of(given.texts_cut_there, kept_texts.CONTACT_LENGTHS, f"{key}.")
        values = {n: plain_value(n, v, cut) for n, v in columns.items()}
        view[f"{CONTACTS}.{key}"] = {n: v for n, v in values.items() if n in COMPARED_CONTACT}
        view[f"{CONTACT_STATE}.{key}"] = {n: values[n] for n in STATE_KEYS if n in values}
    # After a merge several have the flag, in no order: of these it is always the same one.
    return view | {PRIMARY: min(flagged, default="")}


def contact_keys(identities: Sequence[tuple[str, str]]) -> list[str]:
    """Return what each contact is known by: its key, else its id, else its place."""
    return [key or foreign_id or f"#{n}" for n, (key, foreign_id) in enumerate(identities)]
