"""What a client that arrives is recognised by, and what it wants to be known by here."""

from typing import TypeVar
from uuid import UUID

from msgspec import UNSET, Struct

from .commands import Given, ImportClient
from .folding import folded_key

T = TypeVar("T")


class Wanted(Struct, frozen=True, array_like=True, gc=False):
    """None, or empty, where it wants nothing. `number` is folded, as numbers are compared;
    `contacts` are the serials of its contacts."""

    serial: int | None = None
    uuid: UUID | None = None
    number: str = ""
    external_id: str | None = None
    client_hash: str | None = None
    contacts: tuple[int, ...] = ()


def wanted_of(command: ImportClient) -> Wanted:
    return Wanted(
        serial=said(command.serial),
        uuid=said(command.uuid),
        number=folded_key(command.number) if command.number else "",
        external_id=said(command.external_id),
        client_hash=said(command.client_hash),
        contacts=tuple(d.serial for d in command.contacts or () if d.serial is not None),
    )


def said(value: Given[T]) -> T | None:
    return None if value is UNSET else value
