"""Runs: pulls, pushes and imports, with their progress and their report lines."""

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
