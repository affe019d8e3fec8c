"""What one object of this API says, read leniently: the store's values, and what has no place."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from dialects.base.migration import lenient_json
from dialects.base.migration.losses import Loss, make_loss
from storage import Account, ImportGroup, Invalid, Problem

from ..clients.translate import MASK
from ..protocol import wire
from ..protocol.id_codec import IdCodec, id_codec
from ..protocol.scalars import text_of
from . import object_fields, object_shapes

FieldValues = dict[str, Any]
REFERENCE_COLUMNS = {
    "user_id": "user_serial",
    "assigned_user_id": "assigned_user_serial",
    "group_settings_id": "group_serial",
}
EXTRAS = {
    "tax_info": wire.Extras().tax_info,
    "e_invoice": wire.Extras().e_invoice,
    "gateway_tokens": wire.Extras().gateway_tokens,
}
DOCUMENTS = msgspec.json.Decoder(list[dict[str, Any]])


class ParsedFields(Struct, frozen=True, kw_only=True):
    """An object read. What it does not tell is UNSET or has no key.

    `columns` are those of the client that mean the same in both places, of the service address
    and the times too. Each contact has its columns, and its serial, None when it has no id.
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
        return self.columns.get("updated_at")

    @property
    def shipping_address(self) -> FieldValues:
        return {name: self.columns[name] for name in object_fields.SHIPPING if name in self.columns}


def read_fields(
    raw: bytes, account: Account, ids: IdCodec | None = None
) -> tuple[object_shapes.Client, ParsedFields]:
    """Raises Invalid for what is no client, StrangeId for an id that these ids, the account's
    unless others are given, do not write."""
    given, losses = lenient_json.read_object(raw, object_shapes.Client)
    ids = ids or id_codec(account.hash_salt)
    serial = object_fields.read_serial(given.id, ids, ("id",))
    if serial is None:
        raise Invalid(Problem(("id",), "is missing"))
    said = ParsedFields(
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
    return given, said


def client_columns(given: object_shapes.Client, ids: IdCodec, losses: list[Loss]) -> FieldValues:
    told = object_fields.without_generated(object_fields.read_client(given, losses))
    return object_fields.round_amounts(told, losses) | read_serials(given, ids)


def read_serials(given: object_shapes.Client, ids: IdCodec) -> FieldValues:
    """Of the user only who there is; of the others also that there is none."""
    told: FieldValues = {}
    for name, column in REFERENCE_COLUMNS.items():
        value = getattr(given, name)
        if value is not UNSET:
            told[column] = object_fields.read_serial(value, ids, (name,))
    if not told.get("user_serial", True):
        del told["user_serial"]
    return told


def text_field(value: wire.Scalar) -> str | UnsetType:
    return UNSET if value is UNSET else text_of(value)


def settings_field(raw: object_shapes.Verbatim, losses: list[Loss]) -> str | UnsetType:
    """As they stand there. PHP writes an empty object as an empty list."""
    if raw is UNSET:
        return UNSET
    text = bytes(raw).decode()
    if text.startswith("{") and is_sound(raw):
        return text
    if text.startswith("[") and lenient_json.is_empty(raw):
        return "{}"
    if not lenient_json.is_empty(raw):
        losses.append(make_loss("settings", lenient_json.value_text(raw)))
    return UNSET


def extras_field(given: object_shapes.Client, losses: list[Loss]) -> dict[str, Raw]:
    told = {}
    for name, default in EXTRAS.items():
        value = getattr(given, name)
        if value is UNSET:
            continue
        if lenient_json.is_empty(value):
            told[name] = default
        elif is_sound(value):
            told[name] = value
        else:
            losses.append(make_loss(name, lenient_json.value_text(value)))
    return told


def is_sound(raw: Raw) -> bool:
    """Whether what is kept as it came can be read again: a number may be out of all range."""
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
    return tuple(contact_field(n, contact, ids, losses) for n, contact in enumerate(given))


def contact_field(
    n: int, given: object_shapes.Contact, ids: IdCodec, losses: list[Loss]
) -> FieldValues:
    path = f"contacts[{n}]."
    told = object_fields.read_contact(given, losses, path)
    told["serial"] = object_fields.read_serial(given.id, ids, ("contacts", n, "id"))
    if given.password and text_of(given.password):
        losses.append(make_loss(f"{path}password", MASK))
    if given.archived_at and text_of(given.archived_at) not in {"", "0"}:
        losses.append(make_loss(f"{path}archived_at", text_of(given.archived_at)))
    return object_fields.without_generated(told)


def lost_documents(raw: object_shapes.Verbatim) -> list[Loss]:
    """Their bytes do not travel in an object."""
    if raw is UNSET or lenient_json.is_empty(raw):
        return []
    try:
        documents = DOCUMENTS.decode(raw)
    except msgspec.ValidationError:
        return [make_loss("documents", lenient_json.value_text(raw))]
    return [make_loss(f"documents[{n}]", str(d.get("name", ""))) for n, d in enumerate(documents)]


def group_field(
    raw: object_shapes.Verbatim, ids: IdCodec, losses: list[Loss]
) -> tuple[ImportGroup, ...]:
    """The client's group, where it was asked for; one without an id or a name is lost."""
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
    told = object_fields.without_generated(object_fields.read_group(given, losses, path))
    settings = settings_field(given.settings, losses)
    if settings is not UNSET:
        told["settings"] = settings
    return (ImportGroup(serial=serial, name=name, **told),)
