"""Clients that arrive from another service, and what a run records of them.

They arrive one by one, or as columns of new clients (the fast path), or both in one batch.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct, structs

from storage.imports.prepared.columns import PreparedColumns
from storage.imports.prepared.rows import PreparedRows
from storage.model.commands import ImportClient, ImportGroup
from storage.model.imports import Identifiers, ImportOutcome, MergeDecision, identifiers_of
from storage.model.records import Client, Origin
from storage.model.runs import RunProgress


def never_same(_record: Client) -> bool:
    return False


class IncomingClient(Struct, frozen=True, kw_only=True):
    """A client as another service describes it, and what it makes of a client here.

    `identifiers` are the natural keys that it claims. `full_command` returns the command for a
    client that does not exist here, `link_of_new` the link of the client that it creates. `decide`
    returns what it makes of a client that exists, given their link, if they have one; it raises
    Invalid. `likely_serial` is that of a client here that it may be: `is_same` confirms it.
    `groups` are the groups that it brings along. `prepared` are its rows from `prepare_rows`, if
    any were made: then `full_command` is hardly ever called.
    """

    origin: Origin
    identifiers: Identifiers
    full_command: Callable[[], ImportClient]
    decide: Callable[[Client, Origin | None], MergeDecision]
    link_of_new: Callable[[Client], Origin] | None = None
    likely_serial: int | None = None
    is_same: Callable[[Client], bool] = never_same
    groups: tuple[ImportGroup, ...] = ()
    prepared: PreparedRows | None = None


def incoming_client(
    origin: Origin,
    client: ImportClient,
    change: Callable[[Client], ImportClient],
    groups: tuple[ImportGroup, ...] = (),
) -> IncomingClient:
    """Return an incoming client that the client here follows: `change` says what differs."""

    def link_of(after: Client) -> Origin:
        return structs.replace(origin, version=after.version)

    return IncomingClient(
        origin=origin,
        identifiers=identifiers_of(client),
        full_command=lambda: client,
        decide=lambda before, _link: MergeDecision(command=change(before), link_of=link_of),
        groups=groups,
    )


class IncomingColumns(Struct, frozen=True, kw_only=True):
    """A column batch of clients from one source, with the columns of their origins.

    The clients may exist here or not. `updated_at` are microseconds since 1970.
    """

    foreign_ids: Sequence[str]
    stamps: Sequence[str]
    updated_at: Sequence[int]
    prepared: PreparedColumns


class IncomingBatch(Struct, frozen=True, kw_only=True):
    """All clients that arrive together from one source: column batches, and clients one by one.

    `iter_all` returns the clients of both, one by one, in the order in which they arrived.
    """

    source: str
    columns: Sequence[IncomingColumns]
    others: Sequence[IncomingClient]
    iter_all: Callable[[], Sequence[IncomingClient]]


RecordProgress = Callable[[tuple[ImportOutcome, ...]], RunProgress]
"""Returns what a run records of the outcomes; called inside the transaction of the import."""
RecordBatchProgress = Callable[[tuple[ImportOutcome, ...], bool], RunProgress]
"""The same for an `IncomingBatch`. The second argument says whether all column batches were new:
then the outcomes are those of `others`, else those of `iter_all`."""
