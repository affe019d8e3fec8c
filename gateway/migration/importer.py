"""Objects that arrive, from a service or from a file, laid over the store's clients in batches.

Nothing goes by silently: every object is counted by its fate, and what of it is not carried, or
was refused, is a line of the run.
"""

import functools
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Protocol

from msgspec import UNSET, Struct, structs

from dialects.base.dialect import Dialect
from dialects.base.migration.object_codec import ParsedObject
from storage import (
    Account,
    Client,
    ConflictPolicy,
    ImportClient,
    ImportOutcome,
    IncomingBatch,
    IncomingClient,
    IncomingColumns,
    Origin,
    PreparedColumns,
    Run,
    RunLine,
    RunProgress,
    StartRun,
    Store,
    identifiers_of,
)

from .counterparts import LinkKeys
from .failures import TooManyChanges
from .objects import RawObject, ReadObject, read_object
from .outcomes import Counts, add_counts, changes, outcome_lines, unreadable, wanted_line
from .runs import finish_run, start_run


class ImportOptions(Struct, frozen=True, kw_only=True):
    """On which an import works: who wins a conflict, and how many changes are too many.
    `is_foreign`: what arrives may be of several servers, whose ids are not one another's.
    `has_files`: the bytes of files are fetched later."""

    policy: ConflictPolicy = ConflictPolicy.SKIP
    most_changes: int | None = None
    is_foreign: bool = False
    has_files: bool = False


class Importer:
    """Takes what arrives from one source. Without a run nothing is kept: a rehearsal."""

    def __init__(
        self,
        store: Store,
        account: Account,
        dialect: Dialect,
        *,
        source: str,
        terms: ImportOptions,
        keys: LinkKeys | None = None,
    ) -> None:
        self.store = store
        self.account = account
        self.dialect = dialect
        self.source = source
        self.terms = terms
        self.keys = keys
        self.run: Run | None = None
        self.counts: Counts = {}
        self.lines: list[RunLine] = []
        """What a rehearsal said; a run keeps its own."""

    def look(self, pieces: Sequence[RawObject]) -> None:
        """Raises WrongSalt, before there is anything to be undone or resumed."""
        for piece in pieces:
            read_object(piece, self.dialect.dump, self.account)

    def take(self, pieces: Sequence[RawObject], checkpoint: str) -> None:
        """Raises TooManyChanges, with nothing of the batch written."""
        dump = self.dialect.dump
        self.lay([read_object(piece, dump, self.account) for piece in pieces], checkpoint)

    def lay(self, read: Sequence[ReadObject], checkpoint: str) -> None:
        """As `take`, of pieces that have been understood."""
        if self.run is None:
            self.rehearse(read)
            return
        incoming = self.all_incoming(read)
        kept: list[RunProgress] = []

        def noted(outcomes: tuple[ImportOutcome, ...]) -> RunProgress:
            kept.append(self.noted(read, outcomes, checkpoint))
            return kept[-1]

        self.store.import_clients(
            self.account.id, incoming, run_id=self.run.id, take=noted, policy=self.terms.policy
        )
        self.counts = kept[-1].counts

    def lay_all(self, lots: Sequence["PreparedLotLike"], checkpoint: str) -> None:
        """As `lay`, of batches; those that are together in one are nearly always all new."""
        crowds = [self.coming(lot.together) for lot in lots if lot.together]
        everybody = functools.cache(lambda: [read for lot in lots for read in lot.everybody()])
        if self.run is None or not crowds:
            self.lay(everybody(), checkpoint)
            return
        number = sum(len(one.foreign_ids) for one in crowds)
        others = [read for lot in lots for read in lot.others.values()]
        kept: list[RunProgress] = []

        def noted(outcomes: tuple[ImportOutcome, ...], are_new: bool) -> RunProgress:
            read, created = (others, number) if are_new else (everybody(), 0)
            kept.append(self.noted(read, outcomes, checkpoint, created))
            return kept[-1]

        arrivals = IncomingBatch(
            source=self.source,
            crowds=crowds,
            others=self.all_incoming(others),
            everybody=lambda: self.all_incoming(everybody()),
        )
        self.store.import_arrivals(
            self.account.id, arrivals, run_id=self.run.id, take=noted, policy=self.terms.policy
        )
        self.counts = kept[-1].counts

    def rehearse(self, read: Sequence[ReadObject]) -> None:
        incoming = self.all_incoming(read)
        outcomes = self.store.rehearse_import(self.account.id, incoming, self.terms.policy)
        note = self.noted(read, outcomes, "")
        self.lines += note.lines
        self.counts = note.counts

    def said(self, one: ReadObject, outcome: ImportOutcome) -> Iterator[RunLine]:
        """What is to be said of an object; of files that are to be fetched, that they are."""
        if not self.terms.has_files:
            yield from outcome_lines(one, outcome)
            return
        yield from (r for r in outcome_lines(one, outcome) if not r.field.startswith("documents["))
        if one.told is not None and outcome.serial is not None:
            for file in self.dialect.remote.files(one.raw):
                yield wanted_line(one.told.label, outcome.serial, file)

    def all_incoming(self, read: Sequence[ReadObject]) -> list[IncomingClient]:
        return [self.incoming(one, one.told) for one in read if one.told is not None]

    def coming(self, one: "ColumnBatchLike") -> IncomingColumns:
        """Clients of whom some may be here."""
        ids, hashes = one.foreign_ids, one.crowd.hashes
        if self.terms.is_foreign:
            ids = [self.foreign_id(*both) for both in zip(ids, hashes, strict=True)]
        return IncomingColumns(
            foreign_ids=ids, stamps=one.stamps, updated_at=one.updated_at, crowd=one.crowd
        )

    def foreign_id(self, own: str, client_hash: str | None) -> str:
        """Other servers' clients have the same ids."""
        is_ambiguous = self.terms.is_foreign and client_hash is not None
        return f"{own} {client_hash}" if is_ambiguous else own

    def incoming(self, one: ReadObject, told: ParsedObject) -> IncomingClient:
        wanted = one.wanted or identifiers_of(told.client)
        origin = Origin(
            source=self.source,
            foreign_id=self.foreign_id(told.foreign_id, wanted.client_hash),
            foreign_updated_at=told.updated_at,
            stamp=told.stamp,
        )
        return IncomingClient(
            origin=origin,
            wanted=wanted,
            whole=told.whole,
            change=partial(self.change, told),
            groups=told.groups,
            ready=one.ready,
        )

    def change(self, told: ParsedObject, record: Client) -> ImportClient:
        """The key that we gave a client there is no change here."""
        command = told.change(record)
        if self.keys is not None and self.keys.is_given(command.external_id, record):
            return structs.replace(command, external_id=UNSET)
        return command

    def noted(
        self,
        read: Sequence[ReadObject],
        outcomes: Sequence[ImportOutcome],
        checkpoint: str,
        created: int = 0,
    ) -> RunProgress:
        """Of these and of so many new ones. Pure: a transaction that is tried again asks again."""
        settled = iter(outcomes)
        fates = [next(settled) if one.told else unreadable(one) for one in read]
        counts = add_counts(self.counts, fates, created)
        lines: list[RunLine] = []
        for one, outcome in zip(read, fates, strict=True):
            lines += self.said(one, outcome)
        most = self.terms.most_changes
        if most is not None and changes(counts) > most:
            raise TooManyChanges(f"more than {most} clients would change")
        return RunProgress(checkpoint=checkpoint, counts=counts, lines=tuple(lines))


class ColumnBatchLike(Protocol):
    """A crowd, and what is told of each of its clients."""

    @property
    def foreign_ids(self) -> list[str]: ...
    @property
    def stamps(self) -> list[str]: ...
    @property
    def updated_at(self) -> list[int]: ...
    @property
    def crowd(self) -> PreparedColumns: ...


class PreparedLotLike(Protocol):
    """Pieces that have been understood: many together, others by their places."""

    @property
    def together(self) -> ColumnBatchLike | None: ...
    @property
    def others(self) -> dict[int, ReadObject]: ...
    def everybody(self) -> list[ReadObject]: ...


class ImportPlan(Protocol):
    """What an import is to do, in a run that can be resumed or in none."""

    @property
    def command(self) -> StartRun: ...
    @property
    def is_rehearsal(self) -> bool: ...


def run_of_import(
    arriving: Importer, plan: ImportPlan, interrupted: Run | None
) -> AbstractContextManager[None]:
    """The run of all that arrives inside."""
    if plan.is_rehearsal:
        return nullcontext()
    run = start_run(arriving.store, arriving.account, plan.command, interrupted)
    arriving.run, arriving.counts = run, run.counts
    return finish_run(arriving.store, run)
