"""The column reader: new clients from objects of the original server, many at once.

Strategy:

1. Decode each object in its strict shape (`strict_shape`): every key is there, with a value of its
   own type. Objects that do not fit are left out.
2. Leave out objects without a name, contacts or settings, those with a setting that is reported,
   and those with a value in a field that records keep verbatim, since it may be lost.
3. Collect the values of each field in one column, and read the whole column at once. Ids, reference
   ids and settings are read once per distinct value.
4. Give up the whole batch if a value needs more than that: `NeedsObjectReader` is raised inside,
   and `read_columns` returns None.
5. Compute the change stamps last, since this clears fields of the objects.

`object_reader.py` reads every object, so also those that are left out here. For the others the
result here is the same, at a fifth of the cost; `tests/laws/test_column_reader.py` checks that it
is the same.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import partial
from operator import attrgetter
from types import GenericAlias
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, structs

from dialects.base.migration import lenient_json
from dialects.base.migration.canonical_json import canonical_settings
from dialects.base.migration.object_codec import ParsedColumns
from storage import (
    MAX_LENGTHS,
    Account,
    ClientColumns,
    Invalid,
    is_individual,
    to_microseconds,
    to_millionths,
)

from ..clients import names
from ..protocol.id_codec import IdCodec, id_codec
from . import object_fields, object_reader, object_shapes
from .change_stamps import canonical_raw, contact_id, digest
from .object_fields import (
    EMAIL_KIND,
    FLAG_KIND,
    MONEY_KIND,
    REFERENCE_KIND,
    TEXT_KIND,
    TIME_KIND,
    FieldKind,
    UnreadableValue,
)
from .object_settings import read_settings

Columns = dict[str, Sequence[Any]]
UnixSecond = Annotated[int, Meta(ge=0, le=object_fields.MAX_UNIX_SECOND)]
SetUnixSecond = Annotated[int, Meta(ge=1, le=object_fields.MAX_UNIX_SECOND)]
FilledText = Annotated[str, Meta(min_length=1)]
EmptyText = Annotated[str, Meta(max_length=0)]

FieldTypes = dict[str, Any]

STRICT_TYPES: dict[FieldKind, Any] = {
    TEXT_KIND: str,
    EMAIL_KIND: str,
    REFERENCE_KIND: str,
    FLAG_KIND: bool,
    MONEY_KIND: Decimal,
    TIME_KIND: UnixSecond,
}
CLIENT_TYPES = {
    "id": FilledText,
    "name": str,
    "display_name": str,
    "classification": str,
    "number": FilledText,
    "client_hash": FilledText,
    "created_at": SetUnixSecond,
    "updated_at": SetUnixSecond,
} | dict.fromkeys(object_reader.REFERENCE_COLUMNS, str)
CONTACT_TYPES = {
    "id": FilledText,
    "contact_key": FilledText,
    "created_at": SetUnixSecond,
    "updated_at": SetUnixSecond,
    "archived_at": Literal[0],
    "password": EmptyText,
    "link": str,
}


class NeedsObjectReader(Exception):
    """The failure for an object that fits the strict shape and still cannot be read here."""


def strict_shape(
    shape: type[Struct], kinds: dict[str, FieldKind], own_types: FieldTypes
) -> type[Struct]:
    """Return a shape that needs every key, with a value of its own type.

    The fields are the same as in `shape`, in the same order: so both are encoded alike, and have
    the same change stamp. Fields that are kept verbatim may be missing.
    """
    types = {name: STRICT_TYPES[kind] for name, kind in kinds.items()} | own_types
    fields = [
        (f.name, types[f.name]) if f.name in types else (f.name, f.type, UNSET)
        for f in structs.fields(shape)
    ]
    return msgspec.defstruct(
        f"Strict{shape.__name__}", fields, kw_only=True, forbid_unknown_fields=True
    )


CONTACT_KINDS = object_fields.ALL_CONTACT_KINDS
CLIENT_KINDS = object_fields.ALL_CLIENT_KINDS
STRICT_CONTACT = strict_shape(object_shapes.Contact, CONTACT_KINDS, CONTACT_TYPES)
CONTACTS_TYPE = {"contacts": GenericAlias(list, (STRICT_CONTACT,))}
STRICT_DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
    strict_shape(object_shapes.Client, CLIENT_KINDS, CLIENT_TYPES | CONTACTS_TYPE)
)
VERBATIM_FIELDS = attrgetter(
    "tax_info", "e_invoice", "documents", "gateway_tokens", "group_settings"
)


def read_columns(raw_objects: Sequence[bytes], account: Account) -> ParsedColumns | None:
    """Read those of the objects that fit the strict shape, as columns of new clients.

    Returns None if none fits, or if one that fits still needs the object reader.
    """
    fitting = {n: one for n, raw in enumerate(raw_objects) if (one := read_strict(raw)) is not None}
    objects = list(fitting.values())
    try:
        clients = read_client_columns(objects, id_codec(account.hash_salt)) if objects else None
    except (NeedsObjectReader, UnreadableValue, Invalid):
        return None
    if clients is None:
        return None
    return ParsedColumns(
        positions=list(fitting),
        foreign_ids=[one.id for one in objects],
        stamps=list(map(take_change_stamp, objects)),
        labels=[f"{one.number} {one.name}".strip() for one in objects],
        clients=clients,
    )


def read_strict(raw: bytes) -> Any | None:
    """Decode an object in the strict shape; return None if it does not fit.

    It must also have a name, contacts and settings of which nothing is to be reported, and no value
    in `VERBATIM_FIELDS`.
    """
    try:
        parsed = STRICT_DECODER.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if not (parsed.contacts and parsed.settings and parsed.name.strip()):
        return None
    if not has_plain_settings(bytes(parsed.settings)):
        return None
    verbatim_values = map(bytes, filter(None, VERBATIM_FIELDS(parsed)))
    return parsed if lenient_json.EMPTY_VALUES.issuperset(verbatim_values) else None


def has_plain_settings(raw: bytes) -> bool:
    """Whether settings can be read, and nothing of them is to be reported."""
    try:
        return len(raw) <= MAX_LENGTHS["settings"] and not read_settings(raw).reasons
    except UnicodeDecodeError:
        return False


def take_change_stamp(parsed: Any) -> str:
    """Return the change stamp of an object, as `change_stamps.change_stamp` does.

    This clears fields of the object, so it cannot be read afterwards.
    """
    parsed.contacts.sort(key=contact_id)
    for contact in parsed.contacts:
        contact.link = contact.updated_at = UNSET
    parsed.settings = canonical_raw(parsed.settings, canonical_settings)
    parsed.updated_at = parsed.documents = parsed.group_settings = UNSET
    return digest(parsed)


def read_client_columns(objects: Sequence[Any], ids: IdCodec) -> ClientColumns:
    """Read the columns of clients and contacts from objects in the strict shape.

    Raises NeedsObjectReader, UnreadableValue or ForeignSaltId if one object has to be read alone.
    """
    for one in objects:
        if not is_surely_sorted(one.contacts):
            one.contacts.sort(key=partial(contact_place, ids=ids))
    people = [contact for one in objects for contact in one.contacts]
    clients = read_kinds(CLIENT_KINDS, objects) | {"serial": read_serials(objects, ids)}
    for name, column in object_reader.REFERENCE_COLUMNS.items():
        read_id = partial(object_fields.read_serial, ids=ids, path=(name,))
        clients[column] = map_distinct(read_id, values_of(name, objects))
    clients["user_serial"] = [serial or None for serial in clients["user_serial"]]
    settings = [read_settings(bytes(raw)).text for raw in values_of("settings", objects)]
    clients["settings"] = ["" if text is UNSET else text for text in settings]
    contacts = read_kinds(CONTACT_KINDS, people) | {"serial": read_serials(people, ids)}
    sizes = [len(one.contacts) for one in objects]
    return ClientColumns(clients | name_columns(objects), contacts, sizes)


def values_of(name: str, objects: Iterable[Any]) -> list[Any]:
    return list(map(attrgetter(name), objects))


def read_kinds(kinds: dict[str, FieldKind], objects: Iterable[Any]) -> Columns:
    """Read the columns of fields by the kinds of their values."""
    columns = zip(*map(attrgetter(*kinds), objects), strict=True)
    return {
        name: COLUMN_READERS[kinds[name]](values)
        for name, values in zip(kinds, columns, strict=True)
    }


def keep_values(values: Sequence[Any]) -> Sequence[Any]:
    return values


def read_emails(values: Iterable[str]) -> list[str]:
    return ["" if value.isspace() else value for value in values]


def read_reference_ids(values: Sequence[str]) -> list[int | None]:
    return map_distinct(object_fields.read_reference_id, values)


def read_amounts(values: Sequence[Decimal]) -> list[int]:
    """Raise NeedsObjectReader when a row cannot store one of the amounts exactly."""
    millionths = to_millionths(values)
    if millionths is None:
        raise NeedsObjectReader
    return millionths


COLUMN_READERS: dict[FieldKind, Callable[[Any], Sequence[Any]]] = {
    TEXT_KIND: keep_values,
    EMAIL_KIND: read_emails,
    REFERENCE_KIND: read_reference_ids,
    FLAG_KIND: keep_values,
    MONEY_KIND: read_amounts,
    TIME_KIND: to_microseconds,
}


def map_distinct(convert: Callable[[Any], Any], values: Sequence[Any]) -> list[Any]:
    """Convert values; each distinct value is converted once."""
    converted_by_value = {value: convert(value) for value in set(values)}
    return [converted_by_value[value] for value in values]


def read_serials(objects: Iterable[Any], ids: IdCodec) -> list[int]:
    """Decode the objects' own ids. Raises NeedsObjectReader for an id of a foreign salt."""
    decoded_ids = [ids.decode(one.id) for one in objects]
    serials = [serial for serial in decoded_ids if serial is not None]
    if len(serials) < len(decoded_ids):
        raise NeedsObjectReader
    return serials


def is_surely_sorted(contacts: Sequence[Any]) -> bool:
    """Whether contacts need no ids to be sorted: one, or a primary one and another."""
    match contacts:
        case [_]:
            return True
        case [first, second]:
            return first.is_primary and not second.is_primary
        case _:
            return False


def contact_place(contact: Any, ids: IdCodec) -> tuple[bool, int]:
    """Return the place of a contact as `object_reader.contact_place` does.

    Raises NeedsObjectReader for an id of a foreign salt.
    """
    [serial] = read_serials([contact], ids)
    return (not contact.is_primary, serial)


def name_columns(objects: Sequence[Any]) -> Columns:
    """Return the classification and the names, each in the columns that its kind of client uses."""
    classifications = values_of("classification", objects)
    names_shown = values_of("name", objects)
    are_individual = map(is_individual, classifications, names_shown)
    stored = [
        names.stored_names(name, is_individual=flag)
        for name, flag in zip(names_shown, are_individual, strict=True)
    ]
    columns = {field: [one[field] for one in stored] for field in stored[0]}
    return {"classification": classifications, **columns}
