"""Clients between this store and other services: imports, links, and the runs that make them."""

from collections.abc import Sequence

from sqlalchemy import Connection

from . import bulk, crowding, finding, importing, linking, recognising, runs, scanning
from .keeping import Keeping
from .limits import LARGEST, refuse_unstorable
from .makers import Makers
from .provenance import (
    Arrivals,
    Incoming,
    Link,
    Note,
    Outcome,
    Policy,
    Run,
    RunLine,
    RunState,
    StartRun,
    Take,
    TakeAll,
    Total,
)
from .records import Client, Origin


class Rehearsed(Exception):
    """Carries what would have become of a batch out of the transaction that it undoes."""

    def __init__(self, outcomes: tuple[Outcome, ...]) -> None:
        super().__init__("a rehearsal")
        self.outcomes = outcomes


class Carrying(Keeping):
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
        return self._read(scanning.scanned, account_id, stretch, limit)

    def end_of_stretch(self, account_id: int, after: int, size: int) -> int | None:
        """The serial of the last of so many clients behind one; None when there are fewer."""
        return self._read(scanning.end_of_stretch, account_id, after, size)

    def recognise(self, account_id: int, incoming: Sequence[Incoming]) -> dict[int, Client]:
        """The clients that these are, by their places in the sequence; others are not here. Those
        that share nothing but a number count as the same."""
        return self._read(met, account_id, incoming)

    def links(self, account_id: int, source: str, serials: Sequence[int]) -> dict[int, Origin]:
        """What these clients are at a source, by their serials."""
        return self._read(linking.links_of, account_id, source, serials)

    def link_clients(
        self, account_id: int, links: Sequence[Link], *, run_id: int, note: Note
    ) -> None:
        """Keep what was found out of these clients elsewhere, together with what a run notes.
        Those that are purged by now have nothing to be kept of."""
        self._write_alone(linked, account_id, links, run_id=run_id, note=note, makers=self._makers)

    def unlink_client(self, account_id: int, source: str, foreign_id: str) -> None:
        """The client is not there any more."""
        self._write(linking.unlinked, account_id, source, foreign_id)

    def start_run(self, account_id: int, command: StartRun) -> Run:
        return self._write(runs.started, account_id, command, self._makers)

    def resume_run(self, run_id: int, holder: str) -> Run:
        return self._write(runs.resumed, run_id, holder, self._makers)

    def end_run(self, run_id: int, state: RunState, reason: str = "") -> Run:
        return self._write(runs.ended, run_id, state, reason, self._makers)

    def run(self, run_id: int) -> Run:
        return self._read(runs.found, run_id)

    def runs(self, account_id: int | None = None) -> tuple[Run, ...]:
        """The newest first, of one account or of all."""
        return self._read(runs.listed, account_id)

    def run_lines(
        self, run_id: int, *, kind: str | None = None, after: int = 0, limit: int = 1000
    ) -> tuple[tuple[int, RunLine], ...]:
        """Lines with their places, from just behind a place on."""
        return self._read(runs.lines, run_id, kind, after, limit)

    def run_totals(self, run_id: int) -> tuple[Total, ...]:
        return self._read(runs.totals, run_id)


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
    bulk.make_room(connection)
    outcomes = importing.imported(connection, account_id, incoming, policy, makers)
    runs.noted(connection, run_id, take(outcomes), makers)
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
    bulk.make_room(connection)
    are_new = crowding.settled(connection, account_id, arrivals)
    rest = arrivals.others if are_new else arrivals.everybody()
    outcomes = importing.imported(connection, account_id, rest, policy, makers)
    runs.noted(connection, run_id, take(outcomes, are_new), makers)


def rehearsed(
    connection: Connection,
    account_id: int,
    incoming: Sequence[Incoming],
    policy: Policy,
    makers: Makers,
) -> None:
    raise Rehearsed(importing.imported(connection, account_id, incoming, policy, makers))


def met(connection: Connection, account_id: int, incoming: Sequence[Incoming]) -> dict[int, Client]:
    known = recognising.recognised(connection, account_id, incoming, by_number=True)
    serials = [whom.serial for whom in known.values()]
    records = finding.by_serials(connection, account_id, serials)
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
    here = recognising.held(connection, account_id, [link.serial for link in links])
    linking.linked(connection, account_id, [link for link in links if link.serial in here])
    runs.noted(connection, run_id, note, makers)
