"""Methods of the store about links with services: their rows, conflicts, aliases and serials."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from storage.accounts import serials as account_serials
from storage.clients import aliases, reads as client_reads
from storage.conflicts import reads as conflict_reads, writes as conflict_writes
from storage.database.transactions import TransactionRunner
from storage.model.conflicts import NO_CONFLICTS, ConflictState, FoundConflicts
from storage.model.generators import Generators
from storage.model.imports import ClientLink, ForeignAlias, GivenSerials
from storage.model.records import Client, Origin
from storage.model.runs import RunProgress
from storage.rules.provisional_ids import FIRST_PROVISIONAL_SERIAL
from storage.rules.validation import refuse_unstorable
from storage.runs import writes as run_writes

from . import adopted_serials, links as import_links, matching


class LinkMethods(TransactionRunner):
    """The methods of `Store` that pulls, pushes and mirrors use for their links."""

    def clients_out_of_step(
        self, account_id: int, source: str, *, after: int, limit: int
    ) -> tuple[Client, ...]:
        """List the clients after a serial that are not in step with a source, in order."""
        return self._read(read_out_of_step, account_id, source, after, limit)

    def count_out_of_step(self, account_id: int, source: str) -> int:
        """Count the clients that are not in step with a source."""
        return self._read(import_links.count_out_of_step, account_id, source)

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

    def find_linked(
        self, account_id: int, source: str, foreign_ids: Sequence[str]
    ) -> dict[str, int]:
        """Find the serials of the clients that are linked with these ids at a source."""
        return self._read(import_links.find_linked, account_id, source, foreign_ids)

    def find_serials(self, account_id: int, serials: Sequence[int]) -> dict[int, int]:
        """Find the clients that have or had serials: their serials now, by those."""
        return self._read(import_links.find_serials, account_id, serials)

    def find_external_ids(self, account_id: int, keys: Sequence[str]) -> dict[str, int]:
        """Find the serials of the clients that are not deleted and have these external ids."""
        return self._read(import_links.find_external_ids, account_id, keys)

    def unlink_client(self, account_id: int, source: str, foreign_id: str) -> None:
        """Delete a link: the client does not exist at the source any more."""
        self._write(import_links.delete_link, account_id, source, foreign_id)

    def give_provisional_serials(self, account_id: int) -> None:
        """Give new clients and contacts only serials that no other server gives, from now on."""
        last = FIRST_PROVISIONAL_SERIAL - 1
        self._write(account_serials.advance_serials, account_id, client=last, contact=last)

    def adopt_serials(self, account_id: int, serial: int, given: GivenSerials) -> Client:
        """Give a client and its contacts the serials that another server has given them.

        Their former serials go on meaning them. A serial that another client here has, or had, is
        not taken: it only means this client too. Raises NotFound.
        """
        return self._write_exclusive(
            adopted_serials.adopt_serials, account_id, serial, given, self._generators
        )

    def list_open_aliases(self, account_id: int, source: str) -> tuple[ForeignAlias, ...]:
        """List the clients of a source that were merged into others here, and not yet there."""
        return self._read(aliases.list_open, account_id, source)

    def close_alias(self, account_id: int, source: str, foreign_id: str) -> None:
        """Note that a merged client does not exist at the source any more."""
        self._write(aliases.close_alias, account_id, source, foreign_id)


def read_out_of_step(
    connection: Connection, account_id: int, source: str, after: int, limit: int
) -> tuple[Client, ...]:
    serials = import_links.list_out_of_step(connection, account_id, source, after, limit)
    records = client_reads.get_by_serials(connection, account_id, serials)
    return tuple(records[serial] for serial in serials)


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
