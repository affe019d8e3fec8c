"""Store methods that import clients, scan them, and link them to other services."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from storage.accounts import serials as account_serials
from storage.clients import aliases, reads as client_reads, scan as client_scan
from storage.conflicts import reads as conflict_reads, writes as conflict_writes
from storage.database.fast_sql import bulk_rows
from storage.database.transactions import TransactionRunner
from storage.model.conflicts import NO_CONFLICTS, ConflictState, FoundConflicts
from storage.model.folding import fold_key
from storage.model.generators import Generators
from storage.model.imports import ClientLink, ForeignAlias, ImportOutcome
from storage.model.limits import FIRST_PROVISIONAL_SERIAL, MAX_INTEGER
from storage.model.records import Client, Origin
from storage.model.runs import RunProgress
from storage.rules.validation import refuse_unstorable
from storage.runs import writes as run_writes

from . import column_inserts, links as import_links, matching, merge
from .incoming import IncomingBatch, IncomingClient, RecordBatchProgress, RecordProgress


class DryRunRollback(Exception):
    """End of a dry run: it rolls the transaction back and carries the outcomes out of it."""

    def __init__(self, outcomes: tuple[ImportOutcome, ...]) -> None:
        super().__init__("a dry run")
        self.outcomes = outcomes


class ImportMethods(TransactionRunner):
    """The methods of `Store` that imports, pulls and pushes use."""

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

    def clients_out_of_step(
        self, account_id: int, source: str, *, after: int, limit: int
    ) -> tuple[Client, ...]:
        """List the clients after a serial that are not in step with a source, in order."""
        return self._read(read_out_of_step, account_id, source, after, limit)

    def count_out_of_step(self, account_id: int, source: str) -> int:
        """Count the clients that are not in step with a source."""
        return self._read(import_links.count_out_of_step, account_id, source)

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

    def client_links(
        self, account_id: int, source: str, serials: Sequence[int]
    ) -> dict[int, Origin]:
        """Find the origins that clients have at a source, by the clients' serials."""
        return self._read(import_links.find_links, account_id, source, serials)

    def scan_links(
        self, account_id: int, source: str, *, after: int = 0, limit: int = 1000
    ) -> tuple[ClientLink, ...]:
        """List links with a source by the clients' serials, those after the serial `after`."""
        return tuple(self._read(import_links.scan_links, account_id, source, after, limit))

    def link_clients(
        self,
        account_id: int,
        links: Sequence[ClientLink],
        *,
        run_id: int,
        progress: RunProgress,
        conflicts: FoundConflicts = NO_CONFLICTS,
    ) -> None:
        """Save links and conflicts of clients together with the progress of a run.

        Links of clients that are purged by now are left out.
        """
        self._write_exclusive(
            save_links_with_progress,
            account_id,
            links,
            run_id=run_id,
            progress=progress,
            conflicts=conflicts,
            generators=self._generators,
        )

    def settle_conflicts(
        self, account_id: int, conflict_ids: Sequence[int], winner: str, link: ClientLink
    ) -> None:
        """Note whose values a person has chosen, with the link of their client.

        Raises NotFound if the account has no such conflict.
        """
        now = self._generators.clock()
        settled = SettledConflicts(conflict_ids, winner, now)
        self._write_exclusive(save_settled, account_id, settled, link)

    def unlink_client(self, account_id: int, source: str, foreign_id: str) -> None:
        """Delete a link: the client does not exist at the source any more."""
        self._write(import_links.delete_link, account_id, source, foreign_id)

    def give_provisional_serials(self, account_id: int) -> None:
        """Give new clients and contacts only serials that no other server gives, from now on."""
        last = FIRST_PROVISIONAL_SERIAL - 1
        self._write(account_serials.advance_serials, account_id, client=last, contact=last)

    def add_serial_alias(self, account_id: int, serial: int, other_serial: int) -> None:
        """Let the id that another server has given a client mean it, unless another one has it."""
        self._write(aliases.add_serial, account_id, serial, other_serial)

    def list_open_aliases(self, account_id: int, source: str) -> tuple[ForeignAlias, ...]:
        """List the clients of a source that were merged into others here, and not yet there."""
        return self._read(aliases.list_open, account_id, source)

    def close_alias(self, account_id: int, source: str, foreign_id: str) -> None:
        """Note that a merged client does not exist at the source any more."""
        self._write(aliases.close_alias, account_id, source, foreign_id)


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


def read_out_of_step(
    connection: Connection, account_id: int, source: str, after: int, limit: int
) -> tuple[Client, ...]:
    serials = import_links.list_out_of_step(connection, account_id, source, after, limit)
    records = client_reads.get_by_serials(connection, account_id, serials)
    return tuple(records[serial] for serial in serials)


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


class SettledConflicts(NamedTuple):
    """The ids of settled conflicts, the side whose values were chosen, and when."""

    ids: Sequence[int]
    winner: str
    at: datetime


def save_settled(
    connection: Connection, account_id: int, settled: SettledConflicts, link: ClientLink
) -> None:
    for conflict_id in settled.ids:
        conflict = conflict_reads.get_conflict(connection, account_id, conflict_id)
        conflict_writes.close_conflict(
            connection, conflict, ConflictState.SETTLED, settled.winner, settled.at
        )
    import_links.save_links(connection, account_id, [link])


def save_links_with_progress(
    connection: Connection,
    account_id: int,
    links: Sequence[ClientLink],
    *,
    run_id: int,
    progress: RunProgress,
    conflicts: FoundConflicts,
    generators: Generators,
) -> None:
    for link in links:
        refuse_unstorable(link.origin)
    serials = matching.lock_serials(connection, account_id, [link.serial for link in links])
    existing = [link for link in links if link.serial in serials]
    import_links.save_links(connection, account_id, existing)
    if conflicts.by_serial:
        conflict_writes.save_found(connection, account_id, *conflicts, generators.clock())
    run_writes.save_progress(connection, run_id, progress, generators)
