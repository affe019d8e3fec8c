"""Clients that are linked and do not exist on the service any more.

1. A complete list of the service does not show them. Absence alone says little, so each of them is
   asked for once more, by its id.
2. Many at once are more likely a mistake than deletions: then the run stops and asks.
3. A client that has not changed here since both agreed is deleted here as well, so that it can be
   restored. One that has changed is a conflict.
"""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from gateway.migration.agreements import winner_of
from gateway.migration.counterparts import Sides
from gateway.migration.failures import TooManyDeletions
from gateway.migration.outcomes import Counts
from gateway.migration.reconcile import DELETION, Side
from gateway.migration.runs import client_label, run_line
from gateway.remote.http_client import HttpClient
from storage import (
    Client,
    ClientLink,
    ConflictPolicy,
    FoundConflicts,
    GroupConflict,
    Precondition,
    Run,
    RunLine,
    RunProgress,
    Stale,
    State,
    VersionMatch,
)

from .list_scan import SeenIds
from .service_writer import ServiceWriter

LINK_BATCH_SIZE = 1000
LEAST_LIMIT = 10
SHARE = 100
"""One client of so many may be gone, and ten of any number, before a run stops."""


class Sweep(Struct, frozen=True, kw_only=True):
    """The plan of a search for clients that are gone.

    `seen` are the ids that a complete list has shown. `max_deletes` is the number of clients that
    may be gone; None for one in a hundred, but ten at least.
    """

    sides: Sides
    seen: SeenIds
    policy: ConflictPolicy
    max_deletes: int | None = None


def sweep_gone_clients(plan: Sweep, service: HttpClient, run: Run | None, counts: Counts) -> Counts:
    """Delete clients here that are gone there; return the counts with these.

    Without a run it is a dry run, which only counts. Raises TooManyDeletions before anything is
    deleted, and RemoteFailure.
    """
    missing, number = [], 0
    for link in iter_links(plan.sides):
        number += 1
        if not plan.seen.has(link.origin.foreign_id):
            missing.append(link)
    writer = ServiceWriter(plan.sides, service, is_dry_run=True)
    refuse_too_many(len(missing), number, plan.max_deletes)
    counts = dict(counts)
    for link in missing:
        if writer.fetch(link.origin.foreign_id, link.origin) is None:
            settle_gone(plan, link, run, counts)
    return counts


def iter_links(sides: Sides) -> Iterator[ClientLink]:
    after = 0
    while links := sides.store.scan_links(
        sides.account.id, sides.source, after=after, limit=LINK_BATCH_SIZE
    ):
        yield from links
        after = links[-1].serial


def refuse_too_many(missing: int, number: int, max_deletes: int | None) -> None:
    limit = max(LEAST_LIMIT, number // SHARE) if max_deletes is None else max_deletes
    if missing > limit:
        raise TooManyDeletions(
            f"{missing} of {number} linked clients are not there any more: nothing was deleted;"
            f" if that is right, say --max-deletes {missing}"
        )


def settle_gone(plan: Sweep, link: ClientLink, run: Run | None, counts: Counts) -> None:
    """Delete a client here, or note the conflict, and save that with the run."""
    store, account = plan.sides.store, plan.sides.account
    records = store.scan_clients(account.id, link.serial - 1, 1, last=link.serial)
    if not records:
        return  # purged here meanwhile
    record = records[0]
    is_changed = not record.is_deleted and not plan.sides.is_as_agreed(record, link.origin)
    winner = winner_of(plan.policy, record.updated_at, None) if is_changed else Side.THERE
    if run is not None and winner is Side.THERE and not delete_here(plan, record, link):
        return  # edited meanwhile: the next sweep finds the conflict
    name = "gone" if winner is Side.THERE else "conflict"
    counts[name] = counts.get(name, 0) + 1
    if run is None:
        return
    lines = () if record.is_deleted else (gone_line(name, record),)
    conflicts = {record.serial: (deletion_conflict(winner),)} if is_changed else {}
    progress = RunProgress(checkpoint=store.get_run(run.id).checkpoint, counts=counts, lines=lines)
    found = FoundConflicts(plan.sides.source, conflicts)
    store.link_clients(account.id, (), run_id=run.id, progress=progress, conflicts=found)


def delete_here(plan: Sweep, record: Client, link: ClientLink) -> bool:
    """Delete a client here and its link; return False if it has been edited meanwhile."""
    store, account = plan.sides.store, plan.sides.account
    unchanged = Precondition(match=VersionMatch(versions=frozenset({record.version})))
    try:
        if not record.is_deleted:
            store.set_client_state(account.id, record.serial, State.DELETED, unchanged)
    except Stale:
        return False
    store.unlink_client(account.id, plan.sides.source, link.origin.foreign_id)
    return True


def gone_line(name: str, record: Client) -> RunLine:
    words = "is gone there" if name == "conflict" else "is gone there: deleted here"
    return run_line(name, client_label(record), text=words)


def deletion_conflict(winner: Side | None) -> GroupConflict:
    """Return the conflict about a client that is gone there and has changed here."""
    here, there = (msgspec.json.encode({DELETION: value}).decode() for value in (False, True))
    return GroupConflict(
        group=DELETION,
        fields=(DELETION,),
        here=here,
        there=there,
        winner=winner.value if winner else "",
    )
