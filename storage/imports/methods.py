"""Store methods that import clients, scan them, and link them to other services."""

from collections.abc import Sequence

from sqlalchemy import Connection

from storage.clients import reads as client_reads, scan as client_scan
from storage.database.fast_sql import bulk_rows
from storage.database.transactions import TransactionRunner
from storage.model.folding import fold_key
from storage.model.generators import Generators
from storage.model.imports import ImportOutcome
from storage.model.limits import MAX_INTEGER
from storage.model.records import Client
from storage.runs import writes as run_writes

from . import column_inserts, matching, merge
from .incoming import IncomingBatch, IncomingClient, RecordBatchProgress, RecordProgress


class DryRunRollback(Exception):
    """End of a dry run: it rolls the transaction back and carries the outcomes out of it."""

    def __init__(self, outcomes: tuple[ImportOutcome, ...]) -> None:
        super().__init__("a dry run")
        self.outcomes = outcomes


class ImportMethods(TransactionRunner):
    """The methods of `Store` that imports and pulls use. Those of links are in `link_methods`."""

    def import_clients(
        self,
        account_id: int,
        incoming: Sequence[IncomingClient],
        *,
        run_id: int,
        record_progress: RecordProgress,
    ) -> tuple[ImportOutcome, ...]:
        """Import clients and return one outcome per client, in order.

        The clients and the progress of the run are committed together, or neither is.
        `record_progress` may be called more than once; one of the calls counts.
        """
        return self._write_exclusive(
            run_import,
            account_id,
            incoming,
            run_id=run_id,
            record_progress=record_progress,
            generators=self._generators,
        )

    def import_batch(
        self,
        account_id: int,
        batch: IncomingBatch,
        *,
        run_id: int,
        record_progress: RecordBatchProgress,
    ) -> None:
        """Import a batch that may have columns; otherwise like `import_clients`."""
        self._write_exclusive(
            run_batch_import,
            account_id,
            batch,
            run_id=run_id,
            record_progress=record_progress,
            generators=self._generators,
        )

    def dry_run_import(
        self, account_id: int, incoming: Sequence[IncomingClient]
    ) -> tuple[ImportOutcome, ...]:
        """Return what `import_clients` would return, in order; nothing is written."""
        try:
            self._write_exclusive(run_dry_import, account_id, incoming, self._generators)
        except DryRunRollback as rollback:
            return rollback.outcomes
        raise AssertionError("a dry run ends with a rollback")

    def scan_clients(
        self, account_id: int, after: int = 0, limit: int = 1000, *, last: int | None = None
    ) -> tuple[Client, ...]:
        """List clients, deleted ones too, in the order of serials: after `after`, up to `last`."""
        serial_range = (min(after, MAX_INTEGER), MAX_INTEGER if last is None else last)
        return self._read(client_scan.scan_clients, account_id, serial_range, limit)

    def last_serial_of_range(self, account_id: int, after: int, size: int) -> int | None:
        """Return the serial of client number `size` after a serial; None when there are fewer."""
        return self._read(client_scan.last_serial_of_range, account_id, after, size)

    def count_clients_between(self, account_id: int, after: int, last: int) -> int:
        """Count the clients with serials after `after` and up to `last`, deleted ones too."""
        return self._read(client_scan.count_range, account_id, (after, last))

    def match_clients(
        self, account_id: int, incoming: Sequence[IncomingClient]
    ) -> dict[int, Client]:
        """Find the clients here that the incoming ones are, by position in the sequence.

        An incoming client that is not here is left out.
        """
        return self._read(find_matches, account_id, incoming)

    def clients_by_number(self, account_id: int, numbers: Sequence[str]) -> dict[str, Client]:
        """Find clients by number, in any case; the keys are the numbers as they were given."""
        return self._read(find_by_numbers, account_id, numbers)


def run_import(
    connection: Connection,
    account_id: int,
    incoming: Sequence[IncomingClient],
    *,
    run_id: int,
    record_progress: RecordProgress,
    generators: Generators,
) -> tuple[ImportOutcome, ...]:
    bulk_rows.enlarge_cache(connection)
    outcomes = merge.import_batch(connection, account_id, incoming, generators)
    run_writes.save_progress(connection, run_id, record_progress(outcomes), generators)
    return outcomes


def run_batch_import(
    connection: Connection,
    account_id: int,
    batch: IncomingBatch,
    *,
    run_id: int,
    record_progress: RecordBatchProgress,
    generators: Generators,
) -> None:
    bulk_rows.enlarge_cache(connection)
    are_new = column_inserts.insert_columns(connection, account_id, batch, generators)
    remaining = batch.others if are_new else batch.iter_all()
    outcomes = merge.import_batch(connection, account_id, remaining, generators)
    progress = record_progress(outcomes, are_new)
    run_writes.save_progress(connection, run_id, progress, generators)


def run_dry_import(
    connection: Connection,
    account_id: int,
    incoming: Sequence[IncomingClient],
    generators: Generators,
) -> None:
    raise DryRunRollback(merge.import_batch(connection, account_id, incoming, generators))


def find_matches(
    connection: Connection, account_id: int, incoming: Sequence[IncomingClient]
) -> dict[int, Client]:
    matches = matching.match_clients(connection, account_id, incoming)
    serials = [matched.serial for matched in matches.values()]
    records = client_reads.get_by_serials(connection, account_id, serials)
    return {n: records[matched.serial] for n, matched in matches.items()}


def find_by_numbers(
    connection: Connection, account_id: int, numbers: Sequence[str]
) -> dict[str, Client]:
    folded = {number: fold_key(number) for number in numbers if number}
    serials = matching.find_by_numbers(connection, account_id, list(folded.values()))
    records = client_reads.get_by_serials(connection, account_id, list(serials.values()))
    by_number = {number: serials.get(key) for number, key in folded.items()}
    return {number: records[serial] for number, serial in by_number.items() if serial in records}
