"""This API's objects as they stand in files and in other servers' lists, to records and back."""

from functools import partial
from typing import Any

from msgspec import UNSET

from dialects.base.migration.object_codec import Dump, Told, at_hand
from dialects.base.protocol import json_codec
from storage import Account, Client, ImportClient, ImportContact, is_individual

from ..clients import names, translate as clients_translate
from ..protocol import wire
from ..protocol.id_codec import ids_of
from ..protocol.scalars import text_of
from . import object_changes, object_reader, object_shapes
from .change_stamps import stamp
from .column_reader import gather
from .differences import differences
from .losses import losses


def id_of(record: Client, account: Account) -> str:
    return ids_of(account.hash_salt).write(record.serial)


def serial_of(foreign_id: str, account: Account) -> int | None:
    return ids_of(account.hash_salt).read(foreign_id)


def read(raw: bytes, account: Account) -> Told:
    given, said = object_reader.read(raw, account)
    return Told(
        foreign_id=text_of(given.id),
        stamp=stamp(given),
        updated_at=said.updated_at,
        label=label(given),
        whole=at_hand(client(said)),
        change=partial(object_changes.change, said=said, account=account),
        lost=said.lost,
        groups=said.groups,
    )


def label(given: object_shapes.Client) -> str:
    name = text_of(given.name) or text_of(given.display_name)
    return f"{text_of(given.number)} {name}".strip()


def client(said: object_reader.Said) -> ImportClient:
    name = "" if said.name is UNSET else said.name
    word = "" if said.classification is UNSET else said.classification
    told: dict[str, Any] = said.columns | names.kept(name, is_individual=is_individual(word, name))
    if extras := object_changes.extras(wire.Extras(**said.extras)):
        told["extras"] = extras
    if said.contacts is not UNSET:
        told["contacts"] = tuple(ImportContact(**contact) for contact in said.contacts)
    told |= {"serial": said.serial, "classification": word, "settings": said.settings}
    return ImportClient(**told)


def write(record: Client, account: Account) -> bytes:
    return json_codec.ENCODER.encode(
        clients_translate.client(record, clients_translate.Caller(account, url=""))
    )


DUMP = Dump(
    id_of=id_of,
    serial_of=serial_of,
    read=read,
    gather=gather,
    write=write,
    differences=differences,
    losses=losses,
)
