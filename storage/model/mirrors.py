"""Mirrors: an account that is kept in step with two live services until somebody stops it."""

import enum
from datetime import datetime

from msgspec import Struct, field

from .records import Record


class MirrorState(enum.Enum):
    """The state of a mirror.

    PREPARING: both services have been read, nothing has been told. RUNNING: each change is told to
    the other side. PAUSED: nothing is read or told until it is resumed. STOPPED: a person has ended
    it, or it has stopped itself for a reason that a person must see.
    """

    PREPARING = "preparing"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class MirroredService(Struct, frozen=True, kw_only=True):
    """A service of a mirror: the dialect by its name, and the URL. Its token is never stored."""

    dialect: str
    url: str


class MirrorReport(Struct, frozen=True, kw_only=True):
    """What the last cycle of a mirror did.

    `changes` are the numbers of clients that were taken or told, by direction, as in `pull ninja`.
    `failures` are the reasons why a service could not be asked, by dialect. `calls` is the number
    of requests.
    """

    cycles: int = 0
    began_at: datetime | None = None
    ended_at: datetime | None = None
    swept_at: datetime | None = None
    calls: int = 0
    changes: dict[str, int] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


class Mirror(Record, frozen=True, kw_only=True):
    """The mirror of an account. `holder` is the process that runs it until `leased_until`."""

    account_id: int
    state: MirrorState
    reason: str
    services: tuple[MirroredService, ...]
    report: MirrorReport
    holder: str
    leased_until: datetime | None
    created_at: datetime
    updated_at: datetime
