"""What a client that arrives is recognised by, and what it wants to be known by here."""

import enum
from typing import NamedTuple, TypeVar
from uuid import UUID

from msgspec import UNSET, Struct

from .commands import Given, ImportClient
from .folding import folded_key
from .records import Origin

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


class Policy(enum.Enum):
    """Who wins when a client was changed on both sides since they last agreed."""

    SKIP = "skip"
    LOCAL = "local"
    REMOTE = "remote"
    NEWEST = "newest"


class Fate(enum.Enum):
    """What became of one client that arrived.

    KEPT: only this side has changed, so it stays. CONFLICT: both have, and nobody was told who
    wins. REFUSED: it cannot be stored.
    """

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    CONFLICT = "conflict"
    REFUSED = "refused"


class Outcome(Struct, frozen=True, kw_only=True):
    """`fields` are those that were, or would have been, changed; `departures` what this side
    could not keep of them and why, by field; `reason` why it was refused."""

    fate: Fate
    serial: int | None = None
    fields: tuple[str, ...] = ()
    departures: tuple[tuple[str, str], ...] = ()
    reason: str = ""


class Link(NamedTuple):
    """A client here and its counterpart there, as they stood when both were known."""

    serial: int
    origin: Origin
