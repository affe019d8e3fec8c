"""The importer: it merges objects of one source into an account of the store, batch by batch.

The objects come from a live service (pull) or from files (import). Every object is counted by its
import status. Each value that was not transferred, and each refused object, is a line of the run.
"""

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Protocol

from msgspec import Struct

from dialects.base.dialect import Dialect
from dialects.base.migration.object_codec import ParsedObject
from storage import (
    Account,
    Client,
    ConflictPolicy,
    Identifiers,
    ImportOutcome,
    IncomingBatch,
    IncomingClient,
    IncomingColumns,
    Origin,
    Run,
    RunLine,
    RunProgress,
    StartRun,
    Store,
    identifiers_of,
)

from .failures import TooManyChanges
from .link_keys import KeyOwner, LinkKeys
from .merge_decisions import Merger
from .objects import ColumnBatchLike, PreparedBatchLike, RawObject, ReadObject, read_object
from .outcomes import (
    Counts,
    add_counts,
    count_changes,
    download_line,
    outcome_lines,
    unreadable_outcome,
)
from .runs import finish_run, start_run


class ImportOptions(Struct, frozen=True, kw_only=True):
    """The options of an import.

    `policy` decides conflicts. `max_changes` is the number of clients that may be created or
    changed. `is_foreign`: the objects may come from several servers, where the same id can mean
    different clients. `has_files`: the bytes of files are downloaded later. `is_live`: the objects
    come from a service, so the links of new clients note what both sides show. `max_deletes` is the
    number of clients that may be gone there, None for one in a hundred, but ten at least.
    """

    policy: ConflictPolicy = ConflictPolicy.HOLD
    max_changes: int | None = None
    is_foreign: bool = False
    has_files: bool = False
    is_live: bool = False
    max_deletes: int | None = None


class Importer:
    """Imports the objects of one source. Without a run it is a dry run, which writes nothing."""

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
        self.merger = Merger(dialect, account, keys, options.policy)
        self.run: Run | None = None
        self.counts: Counts = {}
        self.lines: list[RunLine] = []
        """The report lines of a dry run. Those of a run are in the store."""

    def check_ids(self, raw_objects: Sequence[RawObject]) -> None:
        """Raise WrongSalt for ids of another salt, before anything is written."""
        for raw_object in raw_objects:
            read_object(raw_object, self.dialect.codec, self.account)

    def import_objects(self, raw_objects: Sequence[RawObject], checkpoint: str) -> None:
        """Parse and import a batch of objects, and save the checkpoint with them.

        Raises WrongSalt and TooManyChanges; then nothing of the batch is written.
        """
        codec = self.dialect.codec
        self.import_read(
            [read_object(raw_object, codec, self.account) for raw_object in raw_objects], checkpoint
        )

    def import_read(self, read_objects: Sequence[ReadObject], checkpoint: str) -> None:
        """Import a batch of parsed objects; otherwise like `import_objects`."""
        if self.run is None:
            self.dry_run(read_objects)
            return
        progress: list[RunProgress] = []  # one entry for each attempt of the transaction

        def record_progress(outcomes: tuple[ImportOutcome, ...]) -> RunProgress:
            progress.append(self.progress_of(read_objects, outcomes, checkpoint))
            return progress[-1]

        self.store.import_clients(
            self.account.id,
            self.all_incoming(read_objects),
            run_id=self.run.id,
            record_progress=record_progress,
        )
        self.counts = progress[-1].counts

    def import_prepared(self, batches: Sequence[PreparedBatchLike], checkpoint: str) -> None:
        """Import prepared batches in one transaction; otherwise like `import_objects`.

        Fast path: the store inserts the column batches if all their clients are new, as they
        nearly always are. Else all clients are merged one by one.
        """
        columns = [self.incoming_columns(b.column_batch) for b in batches if b.column_batch]
        read_all = functools.cache(lambda: [read for b in batches for read in b.iter_all()])
        if self.run is None or not columns:
            self.import_read(read_all(), checkpoint)
            return
        others = [read for batch in batches for read in batch.others.values()]
        progress: list[RunProgress] = []  # one entry for each attempt of the transaction

        def record_progress(outcomes: tuple[ImportOutcome, ...], are_new: bool) -> RunProgress:
            read_objects = others if are_new else read_all()
            created = sum(len(column.foreign_ids) for column in columns) if are_new else 0
            progress.append(self.progress_of(read_objects, outcomes, checkpoint, created))
            return progress[-1]

        self.store.import_batch(
            self.account.id,
            self.incoming_batch(columns, others, read_all),
            run_id=self.run.id,
            record_progress=record_progress,
        )
        self.counts = progress[-1].counts

    def dry_run(self, read_objects: Sequence[ReadObject]) -> None:
        """Count what an import of the batch would do, and collect its report lines."""
        incoming = self.all_incoming(read_objects)
        outcomes = self.store.dry_run_import(self.account.id, incoming)
        progress = self.progress_of(read_objects, outcomes, "")
        self.lines += progress.lines
        self.counts = progress.counts

    def run_lines(self, read: ReadObject, outcome: ImportOutcome) -> Iterator[RunLine]:
        """Yield the report lines of an object, and a line for each file that is to be downloaded.

        A file that is to be downloaded is not reported as lost.
        """
        lines = outcome_lines(read, outcome)
        if not self.options.has_files:
            yield from lines
            return
        yield from (line for line in lines if not line.field.startswith("documents["))
        if read.parsed is not None and outcome.serial is not None:
            for file in self.dialect.remote.list_files(read.raw):
                yield download_line(read.parsed.label, outcome.serial, file)

    def all_incoming(self, read_objects: Sequence[ReadObject]) -> list[IncomingClient]:
        """Return the clients of all objects that could be parsed."""
        all_parsed = [
            (read, read.parsed, read.identifiers or identifiers_of(read.parsed.command))
            for read in read_objects
            if read.parsed is not None
        ]
        claims = {parsed.foreign_id: one.external_id for _, parsed, one in all_parsed}
        owners = self.keys.find_owners(claims) if self.keys else {}
        return [self.incoming_client(*one, owners.get(one[1].foreign_id)) for one in all_parsed]

    def incoming_batch(
        self,
        columns: Sequence[IncomingColumns],
        others: Sequence[ReadObject],
        read_all: Callable[[], list[ReadObject]],
    ) -> IncomingBatch:
        return IncomingBatch(
            source=self.source,
            columns=columns,
            others=self.all_incoming(others),
            iter_all=lambda: self.all_incoming(read_all()),
        )

    def incoming_columns(self, column_batch: ColumnBatchLike) -> IncomingColumns:
        ids, hashes = column_batch.foreign_ids, column_batch.prepared.hashes
        if self.options.is_foreign:
            ids = [self.foreign_id(*pair) for pair in zip(ids, hashes, strict=True)]
        return IncomingColumns(
            foreign_ids=ids,
            stamps=column_batch.stamps,
            updated_at=column_batch.updated_at,
            prepared=column_batch.prepared,
        )

    def foreign_id(self, object_id: str, client_hash: str | None) -> str:
        """Return the foreign id of a client: with its hash, where several servers use one id."""
        is_ambiguous = self.options.is_foreign and client_hash is not None
        return f"{object_id} {client_hash}" if is_ambiguous else object_id

    def incoming_client(
        self,
        read: ReadObject,
        parsed: ParsedObject,
        identifiers: Identifiers,
        owner: KeyOwner | None,
    ) -> IncomingClient:
        """Return the client of an object; `owner` is who it is here by its link key."""
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
            decide=partial(self.merger.decide, read.raw, origin),
            link_of_new=partial(self.merger.link_of_new, read.raw, origin)
            if self.options.is_live
            else None,
            likely_serial=owner.serial if owner else None,
            is_same=always_same
            if owner and owner.is_certain
            else partial(self.merger.is_same, read.raw, origin),
            groups=parsed.groups,
            prepared=read.prepared,
        )

    def progress_of(
        self,
        read_objects: Sequence[ReadObject],
        outcomes: Sequence[ImportOutcome],
        checkpoint: str,
        created: int = 0,
    ) -> RunProgress:
        """Return the progress of the run after a batch: counts, report lines and checkpoint.

        `created` is the number of new clients from column batches, which have no lines. Pure: a
        transaction that is retried calls this again. Raises TooManyChanges.
        """
        parsed_outcomes = iter(outcomes)
        all_outcomes = [
            next(parsed_outcomes) if read.parsed else unreadable_outcome(read)
            for read in read_objects
        ]
        counts = add_counts(self.counts, all_outcomes, created)
        lines: list[RunLine] = []
        for read, outcome in zip(read_objects, all_outcomes, strict=True):
            lines += self.run_lines(read, outcome)
        max_changes = self.options.max_changes
        if max_changes is not None and count_changes(counts) > max_changes:
            raise TooManyChanges(f"more than {max_changes} clients would change")
        return RunProgress(checkpoint=checkpoint, counts=counts, lines=tuple(lines))


def always_same(_record: Client) -> bool:
    return True


class ImportPlan(Protocol):
    """The command that starts the run of an import. A dry run has no run."""

    @property
    def command(self) -> StartRun: ...
    @property
    def is_dry_run(self) -> bool: ...


def run_of_import(
    importer: Importer, plan: ImportPlan, interrupted: Run | None
) -> AbstractContextManager[None]:
    """Start or resume the run of an importer; the run ends with the block. A dry run has none."""
    if plan.is_dry_run:
        return nullcontext()
    run = start_run(importer.store, importer.account, plan.command, interrupted)
    importer.run, importer.counts = run, run.counts
    return finish_run(importer.store, run)
