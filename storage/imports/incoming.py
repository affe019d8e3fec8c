"""Where clients came from and where they went: origins, what an import makes of each client that
arrives, and the runs that keep account of it."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from storage.imports.prepared.columns import PreparedColumns
from storage.imports.prepared.rows import PreparedRows
from storage.model.commands import ImportClient, ImportGroup
from storage.model.imports import Identifiers, ImportOutcome, identifiers_of
from storage.model.records import Client, Origin
from storage.model.runs import RunProgress


class IncomingClient(Struct, frozen=True, kw_only=True):
    """A client as another service tells it, with all that is needed whether it is here or not.

    `whole` is all of it, for a client that is not here, and what it is known by is `wanted`;
    `change` says what differs from one who is, as far as that service can tell. `groups` are
    those that it brings along; `ready` is what `readied` made of it, if anything: then the whole
    is hardly ever asked for.
    """

    origin: Origin
    identifiers: Identifiers
    full_command: Callable[[], ImportClient]
    change_command: Callable[[Client], ImportClient]
    groups: tuple[ImportGroup, ...] = ()
    prepared: PreparedRows | None = None


def incoming_client(
    origin: Origin,
    client: ImportClient,
    change: Callable[[Client], ImportClient],
    groups: tuple[ImportGroup, ...] = (),
) -> IncomingClient:
    """One that is all at hand."""
    return IncomingClient(
        origin=origin,
        identifiers=identifiers_of(client),
        full_command=lambda: client,
        change_command=change,
        groups=groups,
    )


class IncomingColumns(Struct, frozen=True, kw_only=True):
    """A crowd from one source that may be here or not: of each its origin, in columns. Times are
    as crowds have them."""

    foreign_ids: Sequence[str]
    stamps: Sequence[str]
    updated_at: Sequence[int]
    prepared: PreparedColumns


class IncomingBatch(Struct, frozen=True, kw_only=True):
    """All that arrives together, from one source: whole crowds, and others one by one.
    `everybody` is the crowds and the others one by one, in the order in which they came."""

    source: str
    columns: Sequence[IncomingColumns]
    others: Sequence[IncomingClient]
    iter_all: Callable[[], Sequence[IncomingClient]]


RecordProgress = Callable[[tuple[ImportOutcome, ...]], RunProgress]
"""What a run notes of a batch, decided inside the batch's transaction."""
RecordBatchProgress = Callable[[tuple[ImportOutcome, ...], bool], RunProgress]
"""The same of arrivals: whether the crowds were new, and then the outcomes are those of the others;
else they are everybody's."""
