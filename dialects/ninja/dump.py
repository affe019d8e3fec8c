"""This API's objects as they stand in files and in other servers' lists, to records and back."""

from functools import partial
from typing import Any

from msgspec import UNSET

from dialects.base import Dump, Told, at_hand, bodies
from storage import Account, Client, ImportClient, ImportContact, is_individual

from . import changes, foreign as shapes, names, telling, translate, wire
from .differences import differences
from .gathering import gather
from .hashid import ids_of
from .losses import losses
from .scalars import text_of
from .stamps import stamp


def id_of(record: Client, account: Account) -> str:
    return ids_of(account.hash_salt).write(record.serial)


def serial_of(foreign_id: str, account: Account) -> int | None:
    return ids_of(account.hash_salt).read(foreign_id)


def read(raw: bytes, account: Account) -> Told:
    given, said = telling.read(raw, account)
    return Told(
        foreign_id=text_of(given.id),
        stamp=stamp(given),
        updated_at=said.updated_at,
        label=label(given),
        whole=at_hand(client(said)),
        change=partial(changes.change, said=said, account=account),
        lost=said.lost,
        groups=said.groups,
    )


def label(given: shapes.Client) -> str:
    name = text_of(given.name) or text_of(given.display_name)
    return f"{text_of(given.number)} {name}".strip()


def client(said: telling.Said) -> ImportClient:
    name = "" if said.name is UNSET else said.name
    word = "" if said.classification is UNSET else said.classification
    told: dict[str, Any] = said.columns | names.kept(name, is_individual=is_individual(word, name))
    if extras := changes.extras(wire.Extras(**said.extras)):
        told["extras"] = extras
    if said.contacts is not UNSET:
        told["contacts"] = tuple(ImportContact(**contact) for contact in said.contacts)
    told |= {"serial": said.serial, "classification": word, "settings": said.settings}
    return ImportClient(**told)


def write(record: Client, account: Account) -> bytes:
    return bodies.ENCODER.encode(translate.client(record, translate.Caller(account, url="")))


DUMP = Dump(
    id_of=id_of,
    serial_of=serial_of,
    read=read,
    gather=gather,
    write=write,
    differences=differences,
    losses=losses,
)
