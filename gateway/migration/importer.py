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
    max_changes: int | None = None
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
        options: ImportOptions,
        keys: LinkKeys | None = None,
    ) -> None:
        self.store = store
        self.account = account
        self.dialect = dialect
        self.source = source
        self.options = options
        self.keys = keys
        self.run: Run | None = None
        self.counts: Counts = {}
        self.lines: list[RunLine] = []
        """What a rehearsal said; a run keeps its own."""

    def check_ids(self, raw_objects: Sequence[RawObject]) -> None:
        """Raises WrongSalt, before there is anything to be undone or resumed."""
        for raw_object in raw_objects:
            read_object(raw_object, self.dialect.codec, self.account)

    def import_objects(self, raw_objects: Sequence[RawObject], checkpoint: str) -> None:
        """Raises TooManyChanges, with nothing of the batch written."""
        codec = self.dialect.codec
        self.import_read(
            [read_object(raw_object, codec, self.account) for raw_object in raw_objects], checkpoint
        )

    def import_read(self, read: Sequence[ReadObject], checkpoint: str) -> None:
        """As `take`, of pieces that have been understood."""
        if self.run is None:
            self.dry_run(read)
            return
        incoming = self.all_incoming(read)
        kept: list[RunProgress] = []

        def noted(outcomes: tuple[ImportOutcome, ...]) -> RunProgress:
            kept.append(self.progress_of(read, outcomes, checkpoint))
            return kept[-1]

        self.store.import_clients(
            self.account.id, incoming, run_id=self.run.id, take=noted, policy=self.options.policy
        )
        self.counts = kept[-1].counts

    def import_lots(self, lots: Sequence["PreparedLotLike"], checkpoint: str) -> None:
        """As `lay`, of batches; those that are together in one are nearly always all new."""
        columns = [self.incoming_columns(lot.column_batch) for lot in lots if lot.column_batch]
        everybody = functools.cache(lambda: [read for lot in lots for read in lot.iter_all()])
        if self.run is None or not columns:
            self.import_read(everybody(), checkpoint)
            return
        number = sum(len(one.foreign_ids) for one in columns)
        others = [read for lot in lots for read in lot.others.values()]
        kept: list[RunProgress] = []

        def noted(outcomes: tuple[ImportOutcome, ...], are_new: bool) -> RunProgress:
            read, created = (others, number) if are_new else (everybody(), 0)
            kept.append(self.progress_of(read, outcomes, checkpoint, created))
            return kept[-1]

        batch = IncomingBatch(
            source=self.source,
            columns=columns,
            others=self.all_incoming(others),
            iter_all=lambda: self.all_incoming(everybody()),
        )
        self.store.import_batch(
            self.account.id, batch, run_id=self.run.id, take=noted, policy=self.options.policy
        )
        self.counts = kept[-1].counts

    def dry_run(self, read: Sequence[ReadObject]) -> None:
        incoming = self.all_incoming(read)
        outcomes = self.store.dry_run_import(self.account.id, incoming, self.options.policy)
        progress = self.progress_of(read, outcomes, "")
        self.lines += progress.lines
        self.counts = progress.counts

    def run_lines(self, one: ReadObject, outcome: ImportOutcome) -> Iterator[RunLine]:
        """What is to be said of an object; of files that are to be fetched, that they are."""
        if not self.options.has_files:
            yield from outcome_lines(one, outcome)
            return
        yield from (r for r in outcome_lines(one, outcome) if not r.field.startswith("documents["))
        if one.parsed is not None and outcome.serial is not None:
            for file in self.dialect.remote.list_files(one.raw):
                yield wanted_line(one.parsed.label, outcome.serial, file)

    def all_incoming(self, read: Sequence[ReadObject]) -> list[IncomingClient]:
        return [self.incoming_client(one, one.parsed) for one in read if one.parsed is not None]

    def incoming_columns(self, one: "ColumnBatchLike") -> IncomingColumns:
        """Clients of whom some may be here."""
        ids, hashes = one.foreign_ids, one.prepared.hashes
        if self.options.is_foreign:
            ids = [self.foreign_id(*both) for both in zip(ids, hashes, strict=True)]
        return IncomingColumns(
            foreign_ids=ids, stamps=one.stamps, updated_at=one.updated_at, prepared=one.prepared
        )

    def foreign_id(self, own: str, client_hash: str | None) -> str:
        """Other servers' clients have the same ids."""
        is_ambiguous = self.options.is_foreign and client_hash is not None
        return f"{own} {client_hash}" if is_ambiguous else own

    def incoming_client(self, one: ReadObject, parsed: ParsedObject) -> IncomingClient:
        identifiers = one.identifiers or identifiers_of(parsed.command)
        origin = Origin(
            source=self.source,
            foreign_id=self.foreign_id(parsed.foreign_id, identifiers.client_hash),
            foreign_updated_at=parsed.updated_at,
            stamp=parsed.stamp,
        )
        return IncomingClient(
            origin=origin,
            identifiers=identifiers,
            full_command=parsed.full_command,
            change_command=partial(self.change_command, parsed),
            groups=parsed.groups,
            prepared=one.prepared,
        )

    def change_command(self, parsed: ParsedObject, record: Client) -> ImportClient:
        """The key that we gave a client there is no change here."""
        command = parsed.change_command(record)
        if self.keys is not None and self.keys.is_given(command.external_id, record):
            return structs.replace(command, external_id=UNSET)
        return command

    def progress_of(
        self,
        read: Sequence[ReadObject],
        outcomes: Sequence[ImportOutcome],
        checkpoint: str,
        created: int = 0,
    ) -> RunProgress:
        """Of these and of so many new ones. Pure: a transaction that is tried again asks again."""
        settled = iter(outcomes)
        fates = [next(settled) if one.parsed else unreadable(one) for one in read]
        counts = add_counts(self.counts, fates, created)
        lines: list[RunLine] = []
        for one, outcome in zip(read, fates, strict=True):
            lines += self.run_lines(one, outcome)
        most = self.options.max_changes
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
    def prepared(self) -> PreparedColumns: ...


class PreparedLotLike(Protocol):
    """Pieces that have been understood: many together, others by their places."""

    @property
    def column_batch(self) -> ColumnBatchLike | None: ...
    @property
    def others(self) -> dict[int, ReadObject]: ...
    def iter_all(self) -> list[ReadObject]: ...


class ImportPlan(Protocol):
    """What an import is to do, in a run that can be resumed or in none."""

    @property
    def command(self) -> StartRun: ...
    @property
    def is_dry_run(self) -> bool: ...


def run_of_import(
    importer: Importer, plan: ImportPlan, interrupted: Run | None
) -> AbstractContextManager[None]:
    """The run of all that arrives inside."""
    if plan.is_dry_run:
        return nullcontext()
    run = start_run(importer.store, importer.account, plan.command, interrupted)
    importer.run, importer.counts = run, run.counts
    return finish_run(importer.store, run)
