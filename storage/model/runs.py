import enum
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct, field

from .records import Record


class RunState(enum.Enum):
    """STOPPED: it ended early, by itself or by somebody, and can be resumed."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class RunLine(Record, frozen=True, kw_only=True):
    """One thing that a run has to say of one client: `kind` is its sort, `client` a word by which
    a person knows the client, `field` and `text` what is said."""

    kind: str
    client: str = ""
    field: str = ""
    text: str = ""


class StartRun(Struct, frozen=True, kw_only=True):
    """`options` is opaque text with which a run can be resumed; `holder` names who runs it."""

    verb: str
    dialect: str
    source: str
    options: str = ""
    holder: str = ""


class Run(Record, frozen=True, kw_only=True):
    """A pull, push or import. `checkpoint` is opaque text: how far it has come, with `counts`."""

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
    """What a run has to keep together with the clients that it is about: how far it has come."""

    checkpoint: str
    counts: dict[str, int]
    lines: tuple[RunLine, ...] = ()


class LineTotal(NamedTuple):
    """How many lines of a run say the same of a field."""

    kind: str
    field: str
    clients: int
