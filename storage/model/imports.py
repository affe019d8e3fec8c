"""Types of an import: identifiers of imported clients, conflict policies and outcomes."""

import enum
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar
from uuid import UUID

from msgspec import UNSET, Struct

from .commands import ImportClient, OrUnset
from .conflicts import GroupConflict
from .folding import fold_key
from .records import Client, Origin

T = TypeVar("T")


class Identifiers(Struct, frozen=True, array_like=True, gc=False):
    """The identifiers that an imported client should get, or by which it is matched.

    None or empty: it has no identifier of this kind. `number` is folded, as numbers are compared.
    `contacts` are the serials of its contacts.
    """

    serial: int | None = None
    uuid: UUID | None = None
    number: str = ""
    external_id: str | None = None
    client_hash: str | None = None
    contacts: tuple[int, ...] = ()


def identifiers_of(command: ImportClient) -> Identifiers:
    """Return the identifiers of an imported client."""
    return Identifiers(
        serial=value_or_none(command.serial),
        uuid=value_or_none(command.uuid),
        number=fold_key(command.number) if command.number else "",
        external_id=value_or_none(command.external_id),
        client_hash=value_or_none(command.client_hash),
        contacts=tuple(d.serial for d in command.contacts or () if d.serial is not None),
    )


def value_or_none(value: OrUnset[T]) -> T | None:
    """Return the value, or None if it is UNSET."""
    return None if value is UNSET else value


class ConflictPolicy(enum.Enum):
    """The side that wins where both sides have changed a field group since they agreed.

    HOLD: neither; each keeps its own value, until a person decides.
    """

    HOLD = "hold"
    LOCAL = "local"
    REMOTE = "remote"
    NEWEST = "newest"

    @classmethod
    def _missing_(cls, value: object) -> "ConflictPolicy | None":
        """Read the name that HOLD had, for runs that are resumed."""
        return cls.HOLD if value == "skip" else None


class ImportStatus(enum.Enum):
    """The result of importing one client.

    KEPT: only the client of this store has changed, or it wins. CONFLICT: both sides have changed a
    field group, and the policy names no winner. MERGED: it has been merged into another client
    here, and does not come back. REFUSED: the client cannot be stored.
    """

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    CONFLICT = "conflict"
    MERGED = "merged"
    REFUSED = "refused"


class MergeDecision(Struct, frozen=True, kw_only=True):
    """What an incoming client makes of the client that it is here.

    `command` changes the client. `status` is the outcome if that changes nothing, and `fields` are
    those that only this side has changed, or both. `link_of` returns the link of the client as it
    is afterwards.
    """

    command: ImportClient
    link_of: Callable[[Client], Origin]
    status: ImportStatus = ImportStatus.UNCHANGED
    fields: tuple[str, ...] = ()
    conflicts: tuple[GroupConflict, ...] = ()


class ImportOutcome(Struct, frozen=True, kw_only=True):
    """The outcome of importing one client.

    `fields`: the fields that were changed; of a client that was KEPT or is a CONFLICT, those that
    were not. `adjustments`: pairs of a field and the reason why this store could not take over its
    value. `conflicts`: the groups that both sides had changed. `reason`: why it was refused, or
    which client it has been merged into.
    """

    status: ImportStatus
    serial: int | None = None
    fields: tuple[str, ...] = ()
    adjustments: tuple[tuple[str, str], ...] = ()
    conflicts: tuple[GroupConflict, ...] = ()
    reason: str = ""


class ClientLink(NamedTuple):
    """The link of a client to its counterpart in a source, as of the last sync of the two."""

    serial: int
    origin: Origin


class GivenSerials(NamedTuple):
    """The serials that another server has given a client and its contacts, these by their keys.

    `client` is None if its id there is none of this account's salt.
    """

    client: int | None
    contacts: Mapping[str, int]


class ForeignAlias(NamedTuple):
    """A client of a service that has been merged into another client here.

    `serial` is that of the client that took it in.
    """

    foreign_id: str
    serial: int
