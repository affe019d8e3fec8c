"""Clients between this store and other services: imports, links, and the runs that make them."""

from collections.abc import Sequence

from sqlalchemy import Connection

from storage.clients import reads as client_reads, scan as client_scan
from storage.database.fast_sql import bulk_rows
from storage.database.transactions import TransactionRunner
from storage.model.generators import Generators
from storage.model.imports import ClientLink, ConflictPolicy, ImportOutcome
from storage.model.limits import MAX_INTEGER
from storage.model.records import Client, Origin
from storage.model.runs import RunProgress
from storage.rules.validation import refuse_unstorable
from storage.runs import writes as run_writes

from . import column_inserts, links as import_links, matching, merge
from .incoming import IncomingBatch, IncomingClient, RecordBatchProgress, RecordProgress


class DryRunRollback(Exception):
    """Carries what would have become of a batch out of the transaction that it undoes."""

    def __init__(self, outcomes: tuple[ImportOutcome, ...]) -> None:
        super().__init__("a rehearsal")
        self.outcomes = outcomes


class ImportMethods(TransactionRunner):
    def import_clients(
        self,
        account_id: int,
        incoming: Sequence[IncomingClient],
        *,
        run_id: int,
        take: RecordProgress,
        policy: ConflictPolicy = ConflictPolicy.SKIP,
    ) -> tuple[ImportOutcome, ...]:
        """What becomes of each; what the run takes down of it is committed with them, or neither
        is. `take` may be called more than once, of which one call counts."""
        return self._write_exclusive(
            run_import,
            account_id,
            incoming,
            run_id=run_id,
            take=take,
            policy=policy,
            generators=self._generators,
        )

    def import_batch(
        self,
        account_id: int,
        batch: IncomingBatch,
        *,
        run_id: int,
        take: RecordBatchProgress,
        policy: ConflictPolicy = ConflictPolicy.SKIP,
    ) -> None:
        """As `import_clients`, where there are crowds."""
        self._write_exclusive(
            run_batch_import,
            account_id,
            batch,
            run_id=run_id,
            take=take,
            policy=policy,
            generators=self._generators,
        )

    def dry_run_import(
        self,
        account_id: int,
        incoming: Sequence[IncomingClient],
        policy: ConflictPolicy = ConflictPolicy.SKIP,
    ) -> tuple[ImportOutcome, ...]:
        """What would become of each; nothing is kept."""
        try:
            self._write_exclusive(run_dry_import, account_id, incoming, policy, self._generators)
        except DryRunRollback as told:
            return told.outcomes
        raise AssertionError("a rehearsal ends by being undone")

    def scan_clients(
        self, account_id: int, after: int = 0, limit: int = 1000, *, last: int | None = None
    ) -> tuple[Client, ...]:
        """All clients, deleted ones too, by serial from just behind one on, up to the last."""
        serial_range = (min(after, MAX_INTEGER), MAX_INTEGER if last is None else last)
        return self._read(client_scan.scan_clients, account_id, serial_range, limit)

    def last_serial_of_range(self, account_id: int, after: int, size: int) -> int | None:
        """The serial of the last of so many clients behind one; None when there are fewer."""
        return self._read(client_scan.last_serial_of_range, account_id, after, size)

    def match_clients(
        self, account_id: int, incoming: Sequence[IncomingClient]
    ) -> dict[int, Client]:
        """The clients that these are, by their places in the sequence; others are not here. Those
        that share nothing but a number count as the same."""
        return self._read(find_matches, account_id, incoming)

    def client_links(
        self, account_id: int, source: str, serials: Sequence[int]
    ) -> dict[int, Origin]:
        """What these clients are at a source, by their serials."""
        return self._read(import_links.find_links, account_id, source, serials)

    def link_clients(
        self, account_id: int, links: Sequence[ClientLink], *, run_id: int, progress: RunProgress
    ) -> None:
        """Keep what was found out of these clients elsewhere, together with what a run notes.
        Those that are purged by now have nothing to be kept of."""
        self._write_exclusive(
            save_links_with_progress,
            account_id,
            links,
            run_id=run_id,
            progress=progress,
            generators=self._generators,
        )

    def unlink_client(self, account_id: int, source: str, foreign_id: str) -> None:
        """The client is not there any more."""
        self._write(import_links.remove_link, account_id, source, foreign_id)


def run_import(
    connection: Connection,
    account_id: int,
    incoming: Sequence[IncomingClient],
    *,
    run_id: int,
    take: RecordProgress,
    policy: ConflictPolicy,
    generators: Generators,
) -> tuple[ImportOutcome, ...]:
    bulk_rows.enlarge_cache(connection)
    outcomes = merge.import_batch(connection, account_id, incoming, policy, generators)
    run_writes.save_progress(connection, run_id, take(outcomes), generators)
    return outcomes


def run_batch_import(
    connection: Connection,
    account_id: int,
    batch: IncomingBatch,
    *,
    run_id: int,
    take: RecordBatchProgress,
    policy: ConflictPolicy,
    generators: Generators,
) -> None:
    bulk_rows.enlarge_cache(connection)
    are_new = column_inserts.insert_columns(connection, account_id, batch)
    rest = batch.others if are_new else batch.iter_all()
    outcomes = merge.import_batch(connection, account_id, rest, policy, generators)
    run_writes.save_progress(connection, run_id, take(outcomes, are_new), generators)


def run_dry_import(
    connection: Connection,
    account_id: int,
    incoming: Sequence[IncomingClient],
    policy: ConflictPolicy,
    generators: Generators,
) -> None:
    raise DryRunRollback(merge.import_batch(connection, account_id, incoming, policy, generators))


def find_matches(
    connection: Connection, account_id: int, incoming: Sequence[IncomingClient]
) -> dict[int, Client]:
    known = matching.match_clients(connection, account_id, incoming, by_number=True)
    serials = [matched.serial for matched in known.values()]
    records = client_reads.get_by_serials(connection, account_id, serials)
    return {n: records[matched.serial] for n, matched in known.items()}


def save_links_with_progress(
    connection: Connection,
    account_id: int,
    links: Sequence[ClientLink],
    *,
    run_id: int,
    progress: RunProgress,
    generators: Generators,
) -> None:
    for link in links:
        refuse_unstorable(link.origin)
    here = matching.lock_serials(connection, account_id, [link.serial for link in links])
    import_links.save_links(connection, account_id, [link for link in links if link.serial in here])
    run_writes.save_progress(connection, run_id, progress, generators)
