"""Conflicts: a field group that both the store and a service have changed since they agreed."""

import enum
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from .records import Record


class ConflictState(enum.Enum):
    """The state of a conflict.

    OPEN: each side keeps its own value. OVERWRITTEN: the policy of a run has named the winner.
    SETTLED: a person has. ENDED: the two sides agree again.
    """

    OPEN = "open"
    OVERWRITTEN = "overwritten"
    SETTLED = "settled"
    ENDED = "ended"


class GroupConflict(Struct, frozen=True, kw_only=True):
    """A conflict as a sync finds it.

    `fields` are the fields of the group that differ. `here` and `there` are the values as JSON
    objects of the service's API, with the keys of this group only. `winner` is the side whose value
    a policy has chosen, `here` or `there`; empty if it has not.
    """

    group: str
    fields: tuple[str, ...]
    here: str
    there: str
    winner: str = ""


class FoundConflicts(NamedTuple):
    """All conflicts that a sync has found of some clients with a source, by their serials."""

    source: str
    by_serial: Mapping[int, Sequence[GroupConflict]]


NO_CONFLICTS = FoundConflicts("", {})


class FieldConflict(Record, frozen=True, kw_only=True):
    """A conflict that the store keeps: the client, the service by its source, and both values.

    `fields` are joined by a comma. A conflict that is found again keeps its id.
    """

    id: int
    source: str
    client_serial: int
    group: str
    fields: str
    here: str
    there: str
    state: ConflictState
    winner: str
    created_at: datetime
    settled_at: datetime | None = None
