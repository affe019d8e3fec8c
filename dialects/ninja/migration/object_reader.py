"""What one object of this API says, read leniently: the store's values, and what has no place."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from dialects.base.migration import lenient_json
from dialects.base.migration.losses import Loss, loss
from storage import Account, ImportGroup, Invalid, Problem

from ..clients.translate import MASK
from ..protocol import wire
from ..protocol.id_codec import Ids, ids_of
from ..protocol.scalars import text_of
from . import object_fields, object_shapes

Told = dict[str, Any]
USERS = {
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


class Said(Struct, frozen=True, kw_only=True):
    """An object read. What it does not tell is UNSET or has no key.

    `columns` are those of the client that mean the same in both places, of the service address
    and the times too. Each contact has its columns, and its serial, None when it has no id.
    """

    serial: int
    columns: Told
    name: str | UnsetType
    classification: str | UnsetType
    settings: str | UnsetType
    extras: dict[str, Raw]
    contacts: tuple[Told, ...] | UnsetType
    groups: tuple[ImportGroup, ...]
    lost: tuple[Loss, ...]

    @property
    def updated_at(self) -> datetime | None:
        return self.columns.get("updated_at")

    @property
    def shipping(self) -> Told:
        return {name: self.columns[name] for name in object_fields.SHIPPING if name in self.columns}


def read(raw: bytes, account: Account, ids: Ids | None = None) -> tuple[object_shapes.Client, Said]:
    """Raises Invalid for what is no client, StrangeId for an id that these ids, the account's
    unless others are given, do not write."""
    given, lost = lenient_json.read(raw, object_shapes.Client)
    ids = ids or ids_of(account.hash_salt)
    serial = object_fields.read_serial(given.id, ids, ("id",))
    if serial is None:
        raise Invalid(Problem(("id",), "is missing"))
    said = Said(
        serial=serial,
        columns=client_columns(given, ids, lost),
        name=said_text(given.name),
        classification=said_text(given.classification),
        settings=said_settings(given.settings, lost),
        extras=said_extras(given, lost),
        contacts=said_contacts(given.contacts, ids, lost),
        groups=said_group(given.group_settings, ids, lost),
        lost=(*lost, *lost_documents(given.documents)),
    )
    return given, said


def client_columns(given: object_shapes.Client, ids: Ids, lost: list[Loss]) -> Told:
    told = object_fields.without_generated(object_fields.read_client(given, lost))
    return object_fields.rounded(told, lost) | serials(given, ids)


def serials(given: object_shapes.Client, ids: Ids) -> Told:
    """Of the user only who there is; of the others also that there is none."""
    told: Told = {}
    for name, column in USERS.items():
        value = getattr(given, name)
        if value is not UNSET:
            told[column] = object_fields.read_serial(value, ids, (name,))
    if not told.get("user_serial", True):
        del told["user_serial"]
    return told


def said_text(value: wire.Scalar) -> str | UnsetType:
    return UNSET if value is UNSET else text_of(value)


def said_settings(raw: object_shapes.Verbatim, lost: list[Loss]) -> str | UnsetType:
    """As they stand there. PHP writes an empty object as an empty list."""
    if raw is UNSET:
        return UNSET
    text = bytes(raw).decode()
    if text.startswith("{") and is_sound(raw):
        return text
    if text.startswith("[") and lenient_json.is_empty(raw):
        return "{}"
    if not lenient_json.is_empty(raw):
        lost.append(loss("settings", lenient_json.words_of(raw)))
    return UNSET


def said_extras(given: object_shapes.Client, lost: list[Loss]) -> dict[str, Raw]:
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
            lost.append(loss(name, lenient_json.words_of(value)))
    return told


def is_sound(raw: Raw) -> bool:
    """Whether what is kept as it came can be read again: a number may be out of all range."""
    try:
        msgspec.json.decode(raw)
    except msgspec.MsgspecError:
        return False
    return True


def said_contacts(
    given: list[object_shapes.Contact] | UnsetType | None, ids: Ids, lost: list[Loss]
) -> tuple[Told, ...] | UnsetType:
    if given is UNSET or given is None:
        return UNSET
    return tuple(said_contact(n, contact, ids, lost) for n, contact in enumerate(given))


def said_contact(n: int, given: object_shapes.Contact, ids: Ids, lost: list[Loss]) -> Told:
    path = f"contacts[{n}]."
    told = object_fields.read_contact(given, lost, path)
    told["serial"] = object_fields.read_serial(given.id, ids, ("contacts", n, "id"))
    if given.password and text_of(given.password):
        lost.append(loss(f"{path}password", MASK))
    if given.archived_at and text_of(given.archived_at) not in {"", "0"}:
        lost.append(loss(f"{path}archived_at", text_of(given.archived_at)))
    return object_fields.without_generated(told)


def lost_documents(raw: object_shapes.Verbatim) -> list[Loss]:
    """Their bytes do not travel in an object."""
    if raw is UNSET or lenient_json.is_empty(raw):
        return []
    try:
        documents = DOCUMENTS.decode(raw)
    except msgspec.ValidationError:
        return [loss("documents", lenient_json.words_of(raw))]
    return [loss(f"documents[{n}]", str(d.get("name", ""))) for n, d in enumerate(documents)]


def said_group(raw: object_shapes.Verbatim, ids: Ids, lost: list[Loss]) -> tuple[ImportGroup, ...]:
    """The client's group, where it was asked for; one without an id or a name is lost."""
    if raw is UNSET or lenient_json.is_empty(raw):
        return ()
    try:
        given, unknown = lenient_json.read(bytes(raw), object_shapes.Group)
    except Invalid:
        lost.append(loss("group_settings", lenient_json.words_of(raw)))
        return ()
    path = "group_settings."
    lost += [loss(f"{path}{field}", text) for field, text in unknown]
    serial = object_fields.read_serial(given.id, ids, ("group_settings", "id"))
    name = text_of(given.name).strip()
    if serial is None or not name or "\0" in name:
        lost.append(loss("group_settings", lenient_json.words_of(raw)))
        return ()
    told = object_fields.without_generated(object_fields.read_group(given, lost, path))
    settings = said_settings(given.settings, lost)
    if settings is not UNSET:
        told["settings"] = settings
    return (ImportGroup(serial=serial, name=name, **told),)
