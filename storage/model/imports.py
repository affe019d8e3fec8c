"""What a client that arrives is recognised by, and what it wants to be known by here."""

import enum
from typing import NamedTuple, TypeVar
from uuid import UUID

from msgspec import UNSET, Struct

from .commands import ImportClient, OrUnset
from .folding import fold_key
from .records import Origin

T = TypeVar("T")


class Identifiers(Struct, frozen=True, array_like=True, gc=False):
    """None, or empty, where it wants nothing. `number` is folded, as numbers are compared;
    `contacts` are the serials of its contacts."""

    serial: int | None = None
    uuid: UUID | None = None
    number: str = ""
    external_id: str | None = None
    client_hash: str | None = None
    contacts: tuple[int, ...] = ()


def identifiers_of(command: ImportClient) -> Identifiers:
    return Identifiers(
        serial=value_or_none(command.serial),
        uuid=value_or_none(command.uuid),
        number=fold_key(command.number) if command.number else "",
        external_id=value_or_none(command.external_id),
        client_hash=value_or_none(command.client_hash),
        contacts=tuple(d.serial for d in command.contacts or () if d.serial is not None),
    )


def value_or_none(value: OrUnset[T]) -> T | None:
    return None if value is UNSET else value


class ConflictPolicy(enum.Enum):
    """Who wins when a client was changed on both sides since they last agreed."""

    SKIP = "skip"
    LOCAL = "local"
    REMOTE = "remote"
    NEWEST = "newest"


class ImportStatus(enum.Enum):
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


class ImportOutcome(Struct, frozen=True, kw_only=True):
    """`fields` are those that were, or would have been, changed; `departures` what this side
    could not keep of them and why, by field; `reason` why it was refused."""

    status: ImportStatus
    serial: int | None = None
    fields: tuple[str, ...] = ()
    adjustments: tuple[tuple[str, str], ...] = ()
    reason: str = ""


class ClientLink(NamedTuple):
    """A client here and its counterpart there, as they stood when both were known."""

    serial: int
    origin: Origin
