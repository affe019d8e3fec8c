"""Objects as the original server itself writes new clients, many at once and column by column.

An object is plain when every key is there with a value of its own type and nothing of it is lost.
What is not is left to telling.py, which reads everything: this says the same of what is plain, at
a fifth of the cost.
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
from dialects.base.migration.losses import Loss
from dialects.base.migration.object_codec import ParsedColumns
from storage import Account, ClientColumns, Invalid, is_individual, to_microseconds, to_millionths

from ..clients import names
from ..protocol.id_codec import IdCodec, id_codec
from . import object_fields, object_reader, object_shapes
from .change_stamps import digest
from .object_fields import EMAIL, FLAG, MONEY, REFERENCE, TEXT, TIME, FieldKind, UnreadableValue

Columns = dict[str, Sequence[Any]]
Second = Annotated[int, Meta(ge=0, le=object_fields.LATEST)]
Moment = Annotated[int, Meta(ge=1, le=object_fields.LATEST)]
Filled = Annotated[str, Meta(min_length=1)]
Empty = Annotated[str, Meta(max_length=0)]

Types = dict[str, Any]

TYPES: dict[FieldKind, Any] = {
    TEXT: str,
    EMAIL: str,
    REFERENCE: str,
    FLAG: bool,
    MONEY: Decimal,
    TIME: Second,
}
CLIENT_TYPES = {
    "id": Filled,
    "name": str,
    "display_name": str,
    "classification": str,
    "number": Filled,
    "client_hash": Filled,
    "created_at": Moment,
    "updated_at": Moment,
} | dict.fromkeys(object_reader.REFERENCE_COLUMNS, str)
CONTACT_TYPES = {
    "id": Filled,
    "contact_key": Filled,
    "created_at": Moment,
    "updated_at": Moment,
    "archived_at": Literal[0],
    "password": Empty,
    "link": str,
}


class NotPlain(Exception):
    """What looked plain is not."""


def plain_shape(shape: type[Struct], kinds: dict[str, FieldKind], own: Types) -> type[Struct]:
    """The shape of its plain objects. The fields are the same, in the same order: so both shapes
    are written alike. What is kept as it came may be missing."""
    types = {name: TYPES[kind] for name, kind in kinds.items()} | own
    fields = [
        (f.name, types[f.name]) if f.name in types else (f.name, f.type, UNSET)
        for f in structs.fields(shape)
    ]
    return msgspec.defstruct(
        f"Plain{shape.__name__}", fields, kw_only=True, forbid_unknown_fields=True
    )


CONTACT_KINDS = object_fields.CONTACT | object_fields.TIMES
CLIENT_KINDS = object_fields.CLIENT | object_fields.SHIPPING | object_fields.TIMES
PLAIN_CONTACT = plain_shape(object_shapes.Contact, CONTACT_KINDS, CONTACT_TYPES)
PEOPLE = {"contacts": GenericAlias(list, (PLAIN_CONTACT,))}
DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
    plain_shape(object_shapes.Client, CLIENT_KINDS, CLIENT_TYPES | PEOPLE)
)
VERBATIM_FIELDS = attrgetter(
    "tax_info", "e_invoice", "documents", "gateway_tokens", "group_settings"
)


def read_columns(objects: Sequence[bytes], account: Account) -> ParsedColumns | None:
    found = {n: given for n, raw in enumerate(objects) if (given := read_plain(raw)) is not None}
    given = list(found.values())
    try:
        clients = client_columns(given, id_codec(account.hash_salt)) if given else None
    except (NotPlain, UnreadableValue, Invalid):
        return None
    if clients is None:
        return None
    return ParsedColumns(
        positions=list(found),
        foreign_ids=[one.id for one in given],
        stamps=list(map(change_stamp_of, given)),
        labels=[f"{one.number} {one.name}".strip() for one in given],
        clients=clients,
    )


def read_plain(raw: bytes) -> Any | None:
    """The object if it is plain: with a name, contacts and settings, and empty in all else that is
    kept as it came."""
    try:
        given = DECODER.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if not (given.contacts and given.settings and given.name.strip()):
        return None
    kept = map(bytes, filter(None, VERBATIM_FIELDS(given)))
    return given if lenient_json.EMPTY.issuperset(kept) else None


def change_stamp_of(given: Any) -> str:
    """Its stamp, as stamps.stamp has it. The object is of no use afterwards."""
    for contact in given.contacts:
        contact.link = UNSET
    given.documents = given.group_settings = UNSET
    return f"{given.updated_at}-{digest(given)}"


def client_columns(given: Sequence[Any], ids: IdCodec) -> ClientColumns:
    """Raises NotPlain, Unreadable and StrangeId for what can only be said of one by itself."""
    people = [contact for one in given for contact in one.contacts]
    clients = read_kinds(CLIENT_KINDS, given) | {"serial": read_serials(given, ids)}
    for name, column in object_reader.REFERENCE_COLUMNS.items():
        read_id = partial(object_fields.read_serial, ids=ids, path=(name,))
        clients[column] = map_distinct(read_id, column_of(name, given))
    clients["user_serial"] = [serial or None for serial in clients["user_serial"]]
    clients["settings"] = map_distinct(
        read_settings, list(map(bytes, column_of("settings", given)))
    )
    contacts = read_kinds(CONTACT_KINDS, people) | {"serial": read_serials(people, ids)}
    sizes = [len(one.contacts) for one in given]
    return ClientColumns(clients | name_columns(given), contacts, sizes)


def column_of(name: str, given: Iterable[Any]) -> list[Any]:
    return list(map(attrgetter(name), given))


def read_kinds(kinds: dict[str, FieldKind], given: Iterable[Any]) -> Columns:
    every = zip(*map(attrgetter(*kinds), given), strict=True)
    return {name: READ[kinds[name]](values) for name, values in zip(kinds, every, strict=True)}


def unchanged(values: Sequence[Any]) -> Sequence[Any]:
    return values


def read_emails(values: Iterable[str]) -> list[str]:
    return ["" if value.isspace() else value for value in values]


def read_reference_ids(values: Sequence[str]) -> list[int | None]:
    return map_distinct(object_fields.read_reference_id, values)


def read_amounts(values: Sequence[Decimal]) -> list[int]:
    found = to_millionths(values)
    if found is None:
        raise NotPlain
    return found


READ: dict[FieldKind, Callable[[Any], Sequence[Any]]] = {
    TEXT: unchanged,
    EMAIL: read_emails,
    REFERENCE: read_reference_ids,
    FLAG: unchanged,
    MONEY: read_amounts,
    TIME: to_microseconds,
}


def map_distinct(value_of: Callable[[Any], Any], values: Sequence[Any]) -> list[Any]:
    """What is made of each; of those that are the same once."""
    found = {value: value_of(value) for value in set(values)}
    return [found[value] for value in values]


def read_serials(given: Iterable[Any], ids: IdCodec) -> list[int]:
    found = [ids.decode(one.id) for one in given]
    if None in found:
        raise NotPlain
    return [serial for serial in found if serial is not None]


def read_settings(raw: bytes) -> str:
    try:
        lenient_json.refuse_unreadable(raw)
    except lenient_json.FAULTS as error:
        raise NotPlain from error
    losses: list[Loss] = []
    said = object_reader.settings_field(msgspec.Raw(raw), losses)
    if losses:
        raise NotPlain
    return "" if said is UNSET else said


def name_columns(given: Sequence[Any]) -> Columns:
    """The word for their kind, and their names where the kind keeps them."""
    words, texts = column_of("classification", given), column_of("name", given)
    kinds = map(is_individual, words, texts)
    found = [
        names.stored_names(text, is_individual=kind)
        for text, kind in zip(texts, kinds, strict=True)
    ]
    kept = {name: [one[name] for one in found] for name in found[0]}
    return {"classification": words, **kept}
