"""Runs (pulls, pushes and imports), with their progress and lines, and mirrors, which make them."""

import enum
from datetime import datetime

from msgspec import Struct, field

from .records import Record


class RunState(enum.Enum):
    """The state of a run. STOPPED: it failed or was interrupted, and can be resumed."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class RunLine(Record, frozen=True, kw_only=True):
    """A line of the report of a run, about one client.

    `kind` is the kind of line, `client` a label by which a person knows the client, `field` the
    field that the line is about and `text` its message.
    """

    kind: str
    client: str = ""
    field: str = ""
    text: str = ""


class StartRun(Struct, frozen=True, kw_only=True):
    """The command to start a run.

    `options` is opaque text with which the run can be resumed. `holder` names the process that
    runs it.
    """

    verb: str
    dialect: str
    source: str
    options: str = ""
    holder: str = ""


class Run(Record, frozen=True, kw_only=True):
    """A pull, push or import.

    `checkpoint` is opaque text: how far the run has come. `counts` are its totals so far.
    """

    id: int
    account: str
    verb: str
    dialect: str
    source: str
    state: RunState
    options: str = ""
    holder: str = ""
    checkpoint: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    reason: str = ""
    started_at: datetime
    updated_at: datetime
    ended_at: datetime | None = None


class RunProgress(Struct, frozen=True, kw_only=True):
    """The progress of a run, which is saved in one transaction with the clients of a batch."""

    checkpoint: str
    counts: dict[str, int]
    lines: tuple[RunLine, ...] = ()


class MirrorState(enum.Enum):
    """The state of a mirror.

    PREPARING: both services have been read, nothing has been told. RUNNING: each change is told to
    the other side. PAUSED: nothing is read or told until it is resumed. STOPPED: a person has ended
    it, or it has stopped itself for a reason that a person must see. DRAINING: what is left is
    told before the main side changes. CUT_OVER: it goes on, and the main side wins conflicts.
    """

    PREPARING = "preparing"
    RUNNING = "running"
    PAUSED = "paused"
    DRAINING = "draining"
    CUT_OVER = "cut over"
    STOPPED = "stopped"


class MirroredService(Struct, frozen=True, kw_only=True):
    """A service of a mirror: its dialect and its identity. Its token is never stored."""

    dialect: str
    source: str


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
    """The mirror of an account. `holder` is the process that runs it until `leased_until`.

    `main` is the dialect of the side that was cut over to, empty before.
    """

    account_id: int
    state: MirrorState
    reason: str
    services: tuple[MirroredService, ...]
    report: MirrorReport
    holder: str
    leased_until: datetime | None
    created_at: datetime
    updated_at: datetime
    main: str = ""
