"""Reads one object of this API as columns of the store, and refuses no value that it can skip.

1. `lenient_json` brings the object into `object_shapes.Client`.
2. `object_fields` reads the fields that mean the same in the API and in the store.
3. Names, settings, extras, contacts, the group and files are read here, each in its own way.

A value that no column can hold becomes a loss.
"""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from dialects.base.migration import lenient_json
from dialects.base.migration.losses import Loss, make_loss
from storage import MAX_INTEGER, Account, ImportGroup, Invalid, Problem

from ..clients.translate import MASK
from ..protocol import wire
from ..protocol.id_codec import IdCodec, id_codec
from ..protocol.scalars import text_of
from . import object_fields, object_shapes
from .object_settings import settings_field

FieldValues = dict[str, Any]
REFERENCE_COLUMNS = {
    "user_id": "user_serial",
    "assigned_user_id": "assigned_user_serial",
    "group_settings_id": "group_serial",
}
EMPTY_EXTRAS = {
    "tax_info": wire.Extras().tax_info,
    "e_invoice": wire.Extras().e_invoice,
    "gateway_tokens": wire.Extras().gateway_tokens,
}
DOCUMENTS_DECODER = msgspec.json.Decoder(list[dict[str, Any]])


class ParsedFields(Struct, frozen=True, kw_only=True):
    """The parsed fields of an object. A missing field is UNSET or has no key.

    `columns` are the columns that mean the same in the API and in the store, with the service
    address and the times. `settings` is JSON text with the values in the types of their keys.
    `contacts` are sorted. Each has its columns and its `serial`, which is None if the object has no
    id for it.
    """

    serial: int
    columns: FieldValues
    name: str | UnsetType
    classification: str | UnsetType
    settings: str | UnsetType
    extras: dict[str, Raw]
    contacts: tuple[FieldValues, ...] | UnsetType
    groups: tuple[ImportGroup, ...]
    losses: tuple[Loss, ...]

    @property
    def updated_at(self) -> datetime | None:
        """The time of the last change on the other server, None if the object has none."""
        return self.columns.get("updated_at")

    @property
    def shipping_address(self) -> FieldValues:
        """The `shipping_*` columns that the object contains."""
        return {
            name: self.columns[name]
            for name in object_fields.SHIPPING_KINDS
            if name in self.columns
        }


def read_fields(raw: bytes, account: Account) -> tuple[object_shapes.Client, ParsedFields]:
    """Return an object as its shape and as parsed fields.

    Raises Invalid for an object that is no client, and ForeignSaltId for an id that another salt
    than the account's wrote.
    """
    given, losses = lenient_json.read_object(raw, object_shapes.Client)
    ids = id_codec(account.hash_salt)
    serial = object_fields.read_serial(given.id, ids, ("id",))
    if serial is None:
        raise Invalid(Problem(("id",), "is missing"))
    parsed = ParsedFields(
        serial=serial,
        columns=client_columns(given, ids, losses),
        name=text_field(given.name),
        classification=text_field(given.classification),
        settings=settings_field(given.settings, losses),
        extras=extras_field(given, losses),
        contacts=contact_fields(given.contacts, ids, losses),
        groups=group_field(given.group_settings, ids, losses),
        losses=(*losses, *lost_documents(given.documents)),
    )
    return given, parsed


def client_columns(given: object_shapes.Client, ids: IdCodec, losses: list[Loss]) -> FieldValues:
    columns = object_fields.without_generated(object_fields.read_client(given, losses))
    return object_fields.round_amounts(columns, losses) | reference_serials(given, ids)


def reference_serials(given: object_shapes.Client, ids: IdCodec) -> FieldValues:
    """Return the serials of user, assigned user and group.

    None means that the object has no assigned user or no group. A missing user is left out.
    """
    serials: FieldValues = {}
    for name, column in REFERENCE_COLUMNS.items():
        value = getattr(given, name)
        if value is not UNSET:
            serials[column] = object_fields.read_serial(value, ids, (name,))
    if not serials.get("user_serial", True):
        del serials["user_serial"]
    return serials


def text_field(value: wire.Scalar) -> str | UnsetType:
    return UNSET if value is UNSET else text_of(value)


def extras_field(given: object_shapes.Client, losses: list[Loss]) -> dict[str, Raw]:
    extras = {}
    for name, empty in EMPTY_EXTRAS.items():
        value = getattr(given, name)
        if value is UNSET:
            continue
        if lenient_json.is_empty(value):
            extras[name] = empty
        elif is_decodable(value):
            extras[name] = Raw(msgspec.json.format(bytes(value), indent=-1))
        else:
            losses.append(make_loss(name, lenient_json.value_text(value)))
    return extras


def is_decodable(raw: Raw) -> bool:
    """Whether raw JSON can be decoded later. For example, a number can be out of range."""
    try:
        msgspec.json.decode(raw)
    except msgspec.MsgspecError:
        return False
    return True


def contact_fields(
    given: list[object_shapes.Contact] | UnsetType | None, ids: IdCodec, losses: list[Loss]
) -> tuple[FieldValues, ...] | UnsetType:
    if given is UNSET or given is None:
        return UNSET
    contacts = [contact_field(n, contact, ids, losses) for n, contact in enumerate(given)]
    return tuple(sorted(contacts, key=contact_place))


def contact_place(contact: FieldValues) -> tuple[bool, int]:
    """Return the place of a contact among those of its client: the primary one first, then by id.

    The original shows the others in no order. A contact without an id comes last.
    """
    serial = contact["serial"]
    return (not contact.get("is_primary"), MAX_INTEGER if serial is None else serial)


def contact_field(
    n: int, given: object_shapes.Contact, ids: IdCodec, losses: list[Loss]
) -> FieldValues:
    path = f"contacts[{n}]."
    columns = object_fields.read_contact(given, losses, path)
    columns["serial"] = object_fields.read_serial(given.id, ids, ("contacts", n, "id"))
    if given.password and text_of(given.password):
        losses.append(make_loss(f"{path}password", MASK))
    if given.archived_at and text_of(given.archived_at) not in {"", "0"}:
        losses.append(make_loss(f"{path}archived_at", text_of(given.archived_at)))
    return object_fields.without_generated(columns)


def lost_documents(raw: object_shapes.RawJson) -> list[Loss]:
    """Return a loss for each file: an object does not contain the bytes of its files."""
    if raw is UNSET or lenient_json.is_empty(raw):
        return []
    try:
        documents = DOCUMENTS_DECODER.decode(raw)
    except msgspec.ValidationError:
        return [make_loss("documents", lenient_json.value_text(raw))]
    return [make_loss(f"documents[{n}]", str(d.get("name", ""))) for n, d in enumerate(documents)]


def group_field(
    raw: object_shapes.RawJson, ids: IdCodec, losses: list[Loss]
) -> tuple[ImportGroup, ...]:
    """Return the client's group, if the object contains it.

    A group without an id or a name becomes a loss.
    """
    if raw is UNSET or lenient_json.is_empty(raw):
        return ()
    try:
        given, unknown = lenient_json.read_object(bytes(raw), object_shapes.Group)
    except Invalid:
        losses.append(make_loss("group_settings", lenient_json.value_text(raw)))
        return ()
    path = "group_settings."
    losses += [make_loss(f"{path}{field}", text) for field, text in unknown]
    serial = object_fields.read_serial(given.id, ids, ("group_settings", "id"))
    name = text_of(given.name).strip()
    if serial is None or not name or "\0" in name:
        losses.append(make_loss("group_settings", lenient_json.value_text(raw)))
        return ()
    columns = object_fields.without_generated(object_fields.read_group(given, losses, path))
    settings = settings_field(given.settings, losses, f"{path}settings")
    if settings is not UNSET:
        columns["settings"] = settings
    return (ImportGroup(serial=serial, name=name, **columns),)
