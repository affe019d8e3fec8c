"""Clients that are linked and do not exist on the service any more.

1. A complete list of the service does not show them. Absence alone says little, so each of them is
   asked for once more, by its id.
2. Many at once are more likely a mistake than deletions: then the run stops and asks.
3. A client that has not changed here since both agreed is deleted here as well, so that it can be
   restored. If another client has its contacts now, the two were merged there: so they are here.
   One that has changed here is a conflict.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

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
    refuse_too_many(len(missing), number, plan.max_deletes)
    writer = ServiceWriter(plan.sides, service, is_dry_run=True)
    gone = [link for link in missing if writer.fetch(link.origin.foreign_id, link.origin) is None]
    counts = dict(counts)
    survivors = find_survivors(plan.sides, [link.serial for link in gone])
    for link in gone:
        settle_gone(plan, GoneClient(link, survivors.get(link.serial)), run, counts)
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


class GoneClient(NamedTuple):
    """A linked client that is gone, and the client that it was merged into there, if any."""

    link: ClientLink
    survivor: Client | None


def settle_gone(plan: Sweep, gone: GoneClient, run: Run | None, counts: Counts) -> None:
    """Delete a client here, or note the conflict, and save that with the run."""
    link = gone.link
    store, account = plan.sides.store, plan.sides.account
    record = store.clients_by_serial(account.id, [link.serial]).get(link.serial)
    if record is None:
        return  # purged here meanwhile
    is_changed = not record.is_deleted and not plan.sides.is_as_agreed(record, link.origin)
    winner = winner_of(plan.policy, record.updated_at, None) if is_changed else Side.THERE
    if run is not None and winner is Side.THERE and not remove_here(plan, record, gone):
        return  # edited meanwhile: the next sweep finds the conflict
    name = "gone" if winner is Side.THERE else "conflict"
    counts[name] = counts.get(name, 0) + 1
    if run is None:
        return
    lines = () if record.is_deleted else (gone_line(name, record, gone.survivor),)
    conflicts = {record.serial: (deletion_conflict(winner),)} if is_changed else {}
    progress = RunProgress(checkpoint=store.get_run(run.id).checkpoint, counts=counts, lines=lines)
    found = FoundConflicts(plan.sides.source, conflicts)
    store.link_clients(account.id, (), run_id=run.id, progress=progress, conflicts=found)


def find_survivors(sides: Sides, gone: Sequence[int]) -> dict[int, Client]:
    """Find the clients that gone ones were merged into there: they have their contacts now."""
    store, account = sides.store, sides.account
    records = store.clients_by_serial(account.id, gone)
    keys = {serial: [c.contact_key for c in one.contacts] for serial, one in records.items()}
    owners = store.find_contact_owners(account.id, [key for own in keys.values() for key in own])
    others = {serial for serials in owners.values() for serial in serials} - set(records)
    linked_serials = store.client_links(account.id, sides.source, sorted(others))
    survivors = store.clients_by_serial(account.id, list(linked_serials))
    return {
        serial: survivors[owner]
        for serial, own_keys in keys.items()
        for key in own_keys
        for owner in owners.get(key, ())
        if owner in survivors and not survivors[owner].is_deleted
    }


def remove_here(plan: Sweep, record: Client, gone: GoneClient) -> bool:
    """Merge or delete a client here, and close its link; return False if it was edited meanwhile.

    A merge keeps what only this side knows of the client, and the links that it has elsewhere.
    """
    store, account = plan.sides.store, plan.sides.account
    unchanged = Precondition(match=VersionMatch(versions=frozenset({record.version})))
    source, foreign_id = plan.sides.source, gone.link.origin.foreign_id
    try:
        if gone.survivor is not None:
            into = gone.survivor.serial
            store.merge_clients(account.id, into, record.serial, merged=unchanged)
            store.close_alias(account.id, source, foreign_id)
        elif not record.is_deleted:
            store.set_client_state(account.id, record.serial, State.DELETED, unchanged)
    except Stale:
        return False
    store.unlink_client(account.id, source, foreign_id)
    return True


def gone_line(name: str, record: Client, survivor: Client | None) -> RunLine:
    words = "is gone there" if name == "conflict" else "is gone there: deleted here"
    if survivor is not None and name != "conflict":
        words = f"was merged there into {client_label(survivor)}: merged here"
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
