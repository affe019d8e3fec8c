"""This API's objects as they stand in files and in other servers' lists, to records and back."""

from functools import partial
from typing import Any

from msgspec import UNSET

from dialects.base.migration.object_codec import ObjectCodec, ParsedObject, constantly
from dialects.base.protocol import json_codec
from storage import Account, Client, ImportClient, ImportContact, is_individual

from ..clients import names, translate
from ..protocol import wire
from ..protocol.id_codec import id_codec
from ..protocol.scalars import text_of
from . import object_changes, object_reader, object_shapes
from .change_stamps import change_stamp
from .column_reader import read_columns
from .differences import differences
from .losses import losses


def id_of(record: Client, account: Account) -> str:
    return id_codec(account.hash_salt).encode(record.serial)


def serial_of(foreign_id: str, account: Account) -> int | None:
    return id_codec(account.hash_salt).decode(foreign_id)


def read_object(raw: bytes, account: Account) -> ParsedObject:
    given, said = object_reader.read_fields(raw, account)
    return ParsedObject(
        foreign_id=text_of(given.id),
        stamp=change_stamp(given),
        updated_at=said.updated_at,
        label=label(given),
        full_command=constantly(import_command(said)),
        change_command=partial(object_changes.change_client, said=said, account=account),
        losses=said.losses,
        groups=said.groups,
    )


def label(given: object_shapes.Client) -> str:
    name = text_of(given.name) or text_of(given.display_name)
    return f"{text_of(given.number)} {name}".strip()


def import_command(said: object_reader.ParsedFields) -> ImportClient:
    name = "" if said.name is UNSET else said.name
    word = "" if said.classification is UNSET else said.classification
    told: dict[str, Any] = said.columns | names.stored_names(
        name, is_individual=is_individual(word, name)
    )
    if extras := object_changes.encode_extras(wire.Extras(**said.extras)):
        told["extras"] = extras
    if said.contacts is not UNSET:
        told["contacts"] = tuple(ImportContact(**contact) for contact in said.contacts)
    told |= {"serial": said.serial, "classification": word, "settings": said.settings}
    return ImportClient(**told)


def write_object(record: Client, account: Account) -> bytes:
    return json_codec.ENCODER.encode(translate.client(record, translate.Caller(account, url="")))


DUMP = ObjectCodec(
    id_of=id_of,
    serial_of=serial_of,
    read_object=read_object,
    read_columns=read_columns,
    write_object=write_object,
    differences=differences,
    losses=losses,
)
