"""This API's objects as they stand in files and in other servers' lists, to records and back."""

from functools import partial

from msgspec import UNSET

from dialects.base.migration.object_codec import ObjectCodec, ParsedObject, constantly
from dialects.base.protocol import json_codec
from storage import Account, Client, ImportClient

from ..clients import translate
from . import object_reader
from .differences import differences
from .losses import losses
from .object_changes import address_change, change_client, contacts_change, new_names
from .object_reader import ParsedFields


def id_of(record: Client, _account: Account) -> str:
    return str(record.uuid)


def read_object(raw: bytes, _account: Account) -> ParsedObject:
    said = object_reader.read_fields(raw)
    return ParsedObject(
        foreign_id=str(said.uuid),
        stamp="" if said.version is UNSET else str(said.version),
        updated_at=None if said.updated_at is UNSET else said.updated_at,
        label=said.label,
        full_command=constantly(import_command(said)),
        change_command=partial(change_client, said=said),
        losses=said.losses,
    )


def import_command(said: ParsedFields) -> ImportClient:
    return ImportClient(
        uuid=said.uuid,
        external_id=said.external_id,
        version=said.version,
        created_at=said.created_at,
        updated_at=said.updated_at,
        **new_names(said),
        **address_change(said, None),
        **contacts_change(said, None),
    )


def write_object(record: Client, _account: Account) -> bytes:
    return json_codec.ENCODER.encode(translate.client(record))


def is_listed(record: Client) -> bool:
    return not record.is_deleted


DUMP = ObjectCodec(
    id_of=id_of,
    read_object=read_object,
    write_object=write_object,
    differences=differences,
    losses=losses,
    is_listed=is_listed,
)
