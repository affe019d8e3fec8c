"""What one object of this API says, read leniently: the store's values, and what has no place."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from dialects.base import Loss, foreign, loss
from storage import Account, ImportGroup, Invalid, Problem

from . import columns, foreign as shapes, wire
from .hashid import Ids, ids_of
from .scalars import text_of
from .translate import MASK

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
        return {name: self.columns[name] for name in columns.SHIPPING if name in self.columns}


def read(raw: bytes, account: Account, ids: Ids | None = None) -> tuple[shapes.Client, Said]:
    """Raises Invalid for what is no client, StrangeId for an id that these ids, the account's
    unless others are given, do not write."""
    given, lost = foreign.read(raw, shapes.Client)
    ids = ids or ids_of(account.hash_salt)
    serial = columns.read_serial(given.id, ids, ("id",))
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


def client_columns(given: shapes.Client, ids: Ids, lost: list[Loss]) -> Told:
    told = columns.without_generated(columns.read_client(given, lost))
    return columns.rounded(told, lost) | serials(given, ids)


def serials(given: shapes.Client, ids: Ids) -> Told:
    """Of the user only who there is; of the others also that there is none."""
    told: Told = {}
    for name, column in USERS.items():
        value = getattr(given, name)
        if value is not UNSET:
            told[column] = columns.read_serial(value, ids, (name,))
    if not told.get("user_serial", True):
        del told["user_serial"]
    return told


def said_text(value: wire.Scalar) -> str | UnsetType:
    return UNSET if value is UNSET else text_of(value)


def said_settings(raw: shapes.Verbatim, lost: list[Loss]) -> str | UnsetType:
    """As they stand there. PHP writes an empty object as an empty list."""
    if raw is UNSET:
        return UNSET
    text = bytes(raw).decode()
    if text.startswith("{") and is_sound(raw):
        return text
    if text.startswith("[") and foreign.is_empty(raw):
        return "{}"
    if not foreign.is_empty(raw):
        lost.append(loss("settings", foreign.words_of(raw)))
    return UNSET


def said_extras(given: shapes.Client, lost: list[Loss]) -> dict[str, Raw]:
    told = {}
    for name, default in EXTRAS.items():
        value = getattr(given, name)
        if value is UNSET:
            continue
        if foreign.is_empty(value):
            told[name] = default
        elif is_sound(value):
            told[name] = value
        else:
            lost.append(loss(name, foreign.words_of(value)))
    return told


def is_sound(raw: Raw) -> bool:
    """Whether what is kept as it came can be read again: a number may be out of all range."""
    try:
        msgspec.json.decode(raw)
    except msgspec.MsgspecError:
        return False
    return True


def said_contacts(
    given: list[shapes.Contact] | UnsetType | None, ids: Ids, lost: list[Loss]
) -> tuple[Told, ...] | UnsetType:
    if given is UNSET or given is None:
        return UNSET
    return tuple(said_contact(n, contact, ids, lost) for n, contact in enumerate(given))


def said_contact(n: int, given: shapes.Contact, ids: Ids, lost: list[Loss]) -> Told:
    path = f"contacts[{n}]."
    told = columns.read_contact(given, lost, path)
    told["serial"] = columns.read_serial(given.id, ids, ("contacts", n, "id"))
    if given.password and text_of(given.password):
        lost.append(loss(f"{path}password", MASK))
    if given.archived_at and text_of(given.archived_at) not in {"", "0"}:
        lost.append(loss(f"{path}archived_at", text_of(given.archived_at)))
    return columns.without_generated(told)


def lost_documents(raw: shapes.Verbatim) -> list[Loss]:
    """Their bytes do not travel in an object."""
    if raw is UNSET or foreign.is_empty(raw):
        return []
    try:
        documents = DOCUMENTS.decode(raw)
    except msgspec.ValidationError:
        return [loss("documents", foreign.words_of(raw))]
    return [loss(f"documents[{n}]", str(d.get("name", ""))) for n, d in enumerate(documents)]


def said_group(raw: shapes.Verbatim, ids: Ids, lost: list[Loss]) -> tuple[ImportGroup, ...]:
    """The client's group, where it was asked for; one without an id or a name is lost."""
    if raw is UNSET or foreign.is_empty(raw):
        return ()
    try:
        given, unknown = foreign.read(bytes(raw), shapes.Group)
    except Invalid:
        lost.append(loss("group_settings", foreign.words_of(raw)))
        return ()
    path = "group_settings."
    lost += [loss(f"{path}{field}", text) for field, text in unknown]
    serial = columns.read_serial(given.id, ids, ("group_settings", "id"))
    name = text_of(given.name).strip()
    if serial is None or not name or "\0" in name:
        lost.append(loss("group_settings", foreign.words_of(raw)))
        return ()
    told = columns.without_generated(columns.read_group(given, lost, path))
    settings = said_settings(given.settings, lost)
    if settings is not UNSET:
        told["settings"] = settings
    return (ImportGroup(serial=serial, name=name, **told),)
