"""This API's objects as they stand in files and in other servers' lists, to records and back."""

from functools import partial
from hashlib import blake2b
from typing import Any

from msgspec import UNSET, structs

from dialects.base import Dump, Told, at_hand, bodies, foreign
from storage import Account, Client, ImportClient, ImportContact

from . import changes, foreign as shapes, names, telling, translate, wire
from .differences import differences
from .hashid import ids_of
from .losses import losses
from .scalars import text_of

DIGEST_SIZE = 8


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
    is_individual = changes.names_individual(word, name)
    told: dict[str, Any] = said.columns | names.kept(name, is_individual=is_individual)
    if extras := changes.extras(wire.Extras(**said.extras)):
        told["extras"] = extras
    if said.contacts is not UNSET:
        told["contacts"] = tuple(ImportContact(**contact) for contact in said.contacts)
    told |= {"serial": said.serial, "classification": word, "settings": said.settings}
    return ImportClient(**told)


def stamp_of(raw: bytes) -> str:
    given, _ = foreign.read(raw, shapes.Client)
    return stamp(given)


def stamp(given: shapes.Client) -> str:
    """The second of the last change, and a digest of what is read but for links: two changes may
    fall into one second, and a server may get another address."""
    contacts = given.contacts or UNSET
    if contacts is not UNSET:
        contacts = [structs.replace(contact, link=UNSET) for contact in contacts]
    read = structs.replace(given, contacts=contacts, documents=UNSET, group_settings=UNSET)
    digest = blake2b(bodies.ENCODER.encode(read), digest_size=DIGEST_SIZE).hexdigest()
    return f"{text_of(given.updated_at)}-{digest}"


def write(record: Client, account: Account) -> bytes:
    return bodies.ENCODER.encode(translate.client(record, translate.Caller(account, url="")))


DUMP = Dump(
    id_of=id_of,
    serial_of=serial_of,
    read=read,
    write=write,
    differences=differences,
    losses=losses,
)
