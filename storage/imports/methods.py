"""Clients between this store and other services: imports, links, and the runs that make them."""

from collections.abc import Sequence

from sqlalchemy import Connection

from storage.clients import reads as clients_reads, scan as clients_scan
from storage.database.fast_sql import bulk_rows
from storage.documents.methods import Keeping
from storage.model.generators import Makers
from storage.model.imports import Link, Outcome, Policy
from storage.model.limits import LARGEST
from storage.model.records import Client, Origin
from storage.model.runs import Note
from storage.rules.validation import refuse_unstorable
from storage.runs import writes as runs_writes
from storage.runs.methods import RunMethods

from . import column_inserts, links as imports_links, matching, merge
from .incoming import Arrivals, Incoming, Take, TakeAll


class Rehearsed(Exception):
    """Carries what would have become of a batch out of the transaction that it undoes."""

    def __init__(self, outcomes: tuple[Outcome, ...]) -> None:
        super().__init__("a rehearsal")
        self.outcomes = outcomes


class Carrying(RunMethods, Keeping):
    def import_clients(
        self,
        account_id: int,
        incoming: Sequence[Incoming],
        *,
        run_id: int,
        take: Take,
        policy: Policy = Policy.SKIP,
    ) -> tuple[Outcome, ...]:
        """What becomes of each; what the run takes down of it is committed with them, or neither
        is. `take` may be called more than once, of which one call counts."""
        return self._write_alone(
            imported,
            account_id,
            incoming,
            run_id=run_id,
            take=take,
            policy=policy,
            makers=self._makers,
        )

    def import_arrivals(
        self,
        account_id: int,
        arrivals: Arrivals,
        *,
        run_id: int,
        take: TakeAll,
        policy: Policy = Policy.SKIP,
    ) -> None:
        """As `import_clients`, where there are crowds."""
        self._write_alone(
            all_imported,
            account_id,
            arrivals,
            run_id=run_id,
            take=take,
            policy=policy,
            makers=self._makers,
        )

    def rehearse_import(
        self, account_id: int, incoming: Sequence[Incoming], policy: Policy = Policy.SKIP
    ) -> tuple[Outcome, ...]:
        """What would become of each; nothing is kept."""
        try:
            self._write_alone(rehearsed, account_id, incoming, policy, self._makers)
        except Rehearsed as told:
            return told.outcomes
        raise AssertionError("a rehearsal ends by being undone")

    def scan(
        self, account_id: int, after: int = 0, limit: int = 1000, *, last: int | None = None
    ) -> tuple[Client, ...]:
        """All clients, deleted ones too, by serial from just behind one on, up to the last."""
        stretch = (min(after, LARGEST), LARGEST if last is None else last)
        return self._read(clients_scan.scanned, account_id, stretch, limit)

    def end_of_stretch(self, account_id: int, after: int, size: int) -> int | None:
        """The serial of the last of so many clients behind one; None when there are fewer."""
        return self._read(clients_scan.end_of_stretch, account_id, after, size)

    def recognise(self, account_id: int, incoming: Sequence[Incoming]) -> dict[int, Client]:
        """The clients that these are, by their places in the sequence; others are not here. Those
        that share nothing but a number count as the same."""
        return self._read(met, account_id, incoming)

    def links(self, account_id: int, source: str, serials: Sequence[int]) -> dict[int, Origin]:
        """What these clients are at a source, by their serials."""
        return self._read(imports_links.links_of, account_id, source, serials)

    def link_clients(
        self, account_id: int, links: Sequence[Link], *, run_id: int, note: Note
    ) -> None:
        """Keep what was found out of these clients elsewhere, together with what a run notes.
        Those that are purged by now have nothing to be kept of."""
        self._write_alone(linked, account_id, links, run_id=run_id, note=note, makers=self._makers)

    def unlink_client(self, account_id: int, source: str, foreign_id: str) -> None:
        """The client is not there any more."""
        self._write(imports_links.unlinked, account_id, source, foreign_id)


def imported(
    connection: Connection,
    account_id: int,
    incoming: Sequence[Incoming],
    *,
    run_id: int,
    take: Take,
    policy: Policy,
    makers: Makers,
) -> tuple[Outcome, ...]:
    bulk_rows.make_room(connection)
    outcomes = merge.imported(connection, account_id, incoming, policy, makers)
    runs_writes.noted(connection, run_id, take(outcomes), makers)
    return outcomes


def all_imported(
    connection: Connection,
    account_id: int,
    arrivals: Arrivals,
    *,
    run_id: int,
    take: TakeAll,
    policy: Policy,
    makers: Makers,
) -> None:
    bulk_rows.make_room(connection)
    are_new = column_inserts.settled(connection, account_id, arrivals)
    rest = arrivals.others if are_new else arrivals.everybody()
    outcomes = merge.imported(connection, account_id, rest, policy, makers)
    runs_writes.noted(connection, run_id, take(outcomes, are_new), makers)


def rehearsed(
    connection: Connection,
    account_id: int,
    incoming: Sequence[Incoming],
    policy: Policy,
    makers: Makers,
) -> None:
    raise Rehearsed(merge.imported(connection, account_id, incoming, policy, makers))


def met(connection: Connection, account_id: int, incoming: Sequence[Incoming]) -> dict[int, Client]:
    known = matching.recognised(connection, account_id, incoming, by_number=True)
    serials = [whom.serial for whom in known.values()]
    records = clients_reads.by_serials(connection, account_id, serials)
    return {n: records[whom.serial] for n, whom in known.items()}


def linked(
    connection: Connection,
    account_id: int,
    links: Sequence[Link],
    *,
    run_id: int,
    note: Note,
    makers: Makers,
) -> None:
    for link in links:
        refuse_unstorable(link.origin)
    here = matching.held(connection, account_id, [link.serial for link in links])
    imports_links.linked(connection, account_id, [link for link in links if link.serial in here])
    runs_writes.noted(connection, run_id, note, makers)
