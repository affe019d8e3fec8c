"""Where clients came from and where they went: origins, what an import makes of each client that
arrives, and the runs that keep account of it."""

import enum
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct, field

from .commands import ImportClient, ImportGroup
from .crowds import Readied
from .readying import Ready
from .records import Client, Origin, Record
from .wanting import Wanted, wanted_of


class Incoming(Struct, frozen=True, kw_only=True):
    """A client as another service tells it, with all that is needed whether it is here or not.

    `whole` is all of it, for a client that is not here, and what it is known by is `wanted`;
    `change` says what differs from one who is, as far as that service can tell. `groups` are
    those that it brings along; `ready` is what `readied` made of it, if anything: then the whole
    is hardly ever asked for.
    """

    origin: Origin
    wanted: Wanted
    whole: Callable[[], ImportClient]
    change: Callable[[Client], ImportClient]
    groups: tuple[ImportGroup, ...] = ()
    ready: Ready | None = None


def arriving(
    origin: Origin,
    client: ImportClient,
    change: Callable[[Client], ImportClient],
    groups: tuple[ImportGroup, ...] = (),
) -> Incoming:
    """One that is all at hand."""
    return Incoming(
        origin=origin,
        wanted=wanted_of(client),
        whole=lambda: client,
        change=change,
        groups=groups,
    )


class Coming(Struct, frozen=True, kw_only=True):
    """A crowd from one source that may be here or not: of each its origin, in columns. Times are
    as crowds have them."""

    foreign_ids: Sequence[str]
    stamps: Sequence[str]
    updated_at: Sequence[int]
    crowd: Readied


class Arrivals(Struct, frozen=True, kw_only=True):
    """All that arrives together, from one source: whole crowds, and others one by one.
    `everybody` is the crowds and the others one by one, in the order in which they came."""

    source: str
    crowds: Sequence[Coming]
    others: Sequence[Incoming]
    everybody: Callable[[], Sequence[Incoming]]


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


class Note(Struct, frozen=True, kw_only=True):
    """What a run has to keep together with the clients that it is about: how far it has come."""

    checkpoint: str
    counts: dict[str, int]
    lines: tuple[RunLine, ...] = ()


class Total(NamedTuple):
    """How many lines of a run say the same of a field."""

    kind: str
    field: str
    clients: int


Take = Callable[[tuple[Outcome, ...]], Note]
"""What a run notes of a batch, decided inside the batch's transaction."""
TakeAll = Callable[[tuple[Outcome, ...], bool], Note]
"""The same of arrivals: whether the crowds were new, and then the outcomes are those of the others;
else they are everybody's."""
