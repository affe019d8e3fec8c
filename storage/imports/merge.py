"""The merge of incoming clients into the clients of an account, in one write transaction.

Strategy:

1. Lock the clients that match incoming ones, then their account. Writers that edit clients lock in
   the same order, so there is no deadlock.
2. Import the groups that the clients bring along.
3. Take a wave: the first occurrence of each client. A client that occurs again waits for the next
   wave, and is then merged into what the first occurrence became.
4. Match the wave with clients here, and lock their records. A single wave in a transaction without
   concurrent writers keeps the matches of step 1.
5. Of a client that exists: let the incoming client decide what it makes of the record, save the
   record, the link, and the conflicts that it names.
6. Insert the other clients (`inserts.py`), but none that was merged into another client here.
7. Go on with the next wave; return one outcome per client.

No client is lost. One that cannot be stored is refused, and the outcome names the reason. A number,
an id or an external id that belongs to another client here is replaced or dropped, and the outcome
says so.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import UNSET, structs
from sqlalchemy import Connection

from storage.accounts import serials as account_serials
from storage.accounts.arrivals import take_arrival
from storage.accounts.serials import largest_serial
from storage.clients import identities, persistence, writes as client_writes
from storage.conflicts import writes as conflict_writes
from storage.groups import writes as group_writes
from storage.model.commands import ImportClient
from storage.model.errors import Conflict, Invalid
from storage.model.generators import Generators
from storage.model.imports import ClientLink, ImportOutcome, ImportStatus, MergeDecision
from storage.model.records import Client
from storage.rules import client_changes
from storage.rules.validation import refuse_unstorable

from . import inserts, links, matching
from .incoming import IncomingClient
from .inserts import Adjustments
from .matching import MatchedClient, find_taken_contacts, first_occurrences, match_clients
from .merged_clients import outcomes_of_merged

FIXED_FIELDS = ("uuid", "serial", "created_at", "updated_at", "version")
"""What is set when a client is created, and the version, which only grows."""
VERSION_FIELDS = frozenset({"version", "updated_at"})


def import_batch(
    connection: Connection,
    account_id: int,
    incoming: Sequence[IncomingClient],
    generators: Generators,
) -> tuple[ImportOutcome, ...]:
    """Import a batch and return one outcome per client, in order.

    All clients come from one source. The same client may occur twice; the second occurrence is
    merged into the first.
    """
    # Clients before their account, as writers that edit clients lock them: no deadlock.
    locked_matches = lock_known(connection, account_id, incoming)
    account_serials.reserve_serials(connection, account_id, clients=0, contacts=0)
    outcomes = dict(refused_with_their_group(incoming))
    pending = {n: one for n, one in enumerate(incoming) if n not in outcomes}
    groups = [group for one in pending.values() for group in one.groups]
    if groups:
        group_writes.import_groups(connection, account_id, groups, generators)
    batch_merge = BatchMerge(connection, account_id, generators)
    while pending:
        wave = first_occurrences(pending)
        positions, clients = list(wave), list(wave.values())
        is_same = len(wave) == len(incoming) and has_exclusive_write(connection)
        matches = locked_matches if is_same else match_clients(connection, account_id, clients)
        wave_outcomes = batch_merge.merge_all(clients, matches)
        outcomes |= {positions[n]: outcome for n, outcome in wave_outcomes.items()}
        pending = {n: one for n, one in pending.items() if n not in wave}
    return tuple(outcomes[n] for n in range(len(incoming)))


def refused_with_their_group(
    incoming: Sequence[IncomingClient],
) -> Iterator[tuple[int, ImportOutcome]]:
    """Yield the outcomes of the clients that bring along a group that cannot be stored."""
    for n, one in enumerate(incoming):
        try:
            for group in one.groups:
                refuse_unstorable(group)
        except Invalid as failure:
            yield n, ImportOutcome(status=ImportStatus.REFUSED, reason=f"group: {failure}")


def lock_known(
    connection: Connection, account_id: int, incoming: Sequence[IncomingClient]
) -> dict[int, MatchedClient]:
    """Match incoming clients, and lock their matches until the transaction ends.

    Returns the matches by position in the sequence.
    """
    matches = match_clients(connection, account_id, incoming)
    matching.lock_serials(connection, account_id, serials_of(matches))
    return matches


def has_exclusive_write(connection: Connection) -> bool:
    """Return whether no other transaction can have written since this one began."""
    return connection.dialect.name == "sqlite"


def serials_of(matches: dict[int, MatchedClient]) -> list[int]:
    return [matched.serial for matched in matches.values()]


class BatchMerge:
    """The merge of incoming clients, no two of them the same, into the clients of an account."""

    def __init__(self, connection: Connection, account_id: int, generators: Generators) -> None:
        self.connection = connection
        self.account_id = account_id
        self.generators = generators

    def merge_all(
        self, incoming: Sequence[IncomingClient], matches: dict[int, MatchedClient]
    ) -> dict[int, ImportOutcome]:
        """Merge the matched clients and insert the others; return outcomes by position."""
        locked = persistence.lock_clients(self.connection, self.account_id, serials_of(matches))
        records = {record.serial: record for record in locked}
        # A match may have been purged before its lock: then the client is new.
        matches = {n: matched for n, matched in matches.items() if matched.serial in records}
        outcomes: dict[int, ImportOutcome] = {}
        for n, matched in matches.items():
            outcomes[n], records[matched.serial] = self.merge_one(
                incoming[n], matched, records[matched.serial]
            )
        self.save_conflicts(incoming, outcomes)
        unmatched = {n: one for n, one in enumerate(incoming) if n not in matches}
        merged = outcomes_of_merged(self.connection, self.account_id, unmatched)
        unmatched = {n: one for n, one in unmatched.items() if n not in merged}
        new_outcomes = inserts.insert_new_clients(
            self.connection, self.account_id, list(unmatched.values()), self.generators
        )
        return outcomes | merged | dict(zip(unmatched, new_outcomes, strict=True))

    def merge_one(
        self, incoming: IncomingClient, matched: MatchedClient, before: Client
    ) -> tuple[ImportOutcome, Client]:
        """Merge a client that exists here; return the outcome and the record afterwards."""
        try:
            refuse_unstorable(incoming.origin)
            decision = incoming.decide(before, matched.origin)
            refuse_unstorable(decision.command)
            after, adjustments = self.apply_change(before, decision.command)
        except (Invalid, Conflict) as failure:
            reason = str(failure)
            status = ImportStatus.REFUSED
            return ImportOutcome(status=status, serial=before.serial, reason=reason), before
        if after is not before:
            arrival = take_arrival(self.connection, self.account_id, self.generators)
            persistence.save_client(self.connection, self.account_id, before, after, arrival)
        origin = decision.link_of(after)
        if origin != matched.origin:
            links.save_links(self.connection, self.account_id, [ClientLink(matched.serial, origin)])
        return merge_outcome(decision, before, after, adjustments), after

    def save_conflicts(
        self, incoming: Sequence[IncomingClient], outcomes: dict[int, ImportOutcome]
    ) -> None:
        found = {
            outcome.serial: outcome.conflicts
            for outcome in outcomes.values()
            if outcome.serial is not None and outcome.status is not ImportStatus.REFUSED
        }
        if found:
            source, now = incoming[0].origin.source, self.generators.clock()
            conflict_writes.save_found(self.connection, self.account_id, source, found, now)

    def apply_change(self, before: Client, command: ImportClient) -> tuple[Client, Adjustments]:
        """Return the record after the command, not yet saved, and the adjustments.

        A number of another client is not taken over. An external id that another client has by now
        does not come back with a client that is restored. Raises Conflict for an external id that
        the command sets and another client has.
        """
        own_command, adjustments = self.without_taken_identifiers(before, command)
        complete_command, serials = client_writes.complete_command(
            self.connection, self.account_id, before, own_command, self.generators
        )
        now = self.generators.clock()
        changed = client_changes.apply_change(
            before, complete_command, serials=serials, now=now, generators=self.generators
        )
        after = with_version(before, changed, command)
        old, new = (identities.claimed_value(record, "external_id") for record in (before, after))
        if new != old and self.is_taken_by_another("external_id", after, before):
            if after.external_id != before.external_id:
                raise Conflict("client", ("external_id",))
            adjustments.append(("external_id", f"{new} is another client's here"))
            after = structs.replace(after, external_id=None)
        return after, adjustments

    def without_taken_identifiers(
        self, before: Client, command: ImportClient
    ) -> tuple[ImportClient, Adjustments]:
        """Return the command without fixed fields, taken contact serials and a taken number."""
        unset: dict[str, Any] = dict.fromkeys(FIXED_FIELDS, UNSET)
        command, adjustments = self.with_free_contact_serials(
            before, structs.replace(command, **unset)
        )
        number = command.number
        if number == "":
            return structs.replace(command, number=UNSET), adjustments
        is_new = bool(number) and number != before.number
        if is_new and self.is_taken_by_another("number", command, before):
            adjustments.append(("number", f"{number} is another client's here"))
            command = structs.replace(command, number=UNSET)
        return command, adjustments

    def is_taken_by_another(self, field: str, source: object, client: Client) -> bool:
        values = identities.claimed_identities([source])[field]
        return identities.is_taken(self.connection, self.account_id, field, values, client.serial)

    def with_free_contact_serials(
        self, before: Client, command: ImportClient
    ) -> tuple[ImportClient, Adjustments]:
        """Return the command with serials of new contacts only where no contact has, or had, them.

        The account gives none of these serials afterwards.
        """
        own_serials = {contact.serial for contact in before.contacts}
        serials = (d.serial for d in inserts.contact_drafts(command) if d.serial is not None)
        taken_serials: set[int] = set()
        if new_serials := [serial for serial in serials if serial not in own_serials]:
            taken_serials = find_taken_contacts(self.connection, self.account_id, new_serials)
            account_serials.advance_serials(
                self.connection, self.account_id, contact=largest_serial(new_serials)
            )
        return inserts.without_taken_serials(command, taken_serials)


def merge_outcome(
    decision: MergeDecision, before: Client, after: Client, adjustments: Adjustments
) -> ImportOutcome:
    """Return the outcome for a client that exists here, before and after its change."""
    is_conflict = any(not conflict.winner for conflict in decision.conflicts)
    status = decision.status if after is before else ImportStatus.CHANGED
    fields = decision.fields if after is before else changed_fields(before, after)
    return ImportOutcome(
        status=ImportStatus.CONFLICT if is_conflict else status,
        serial=before.serial,
        fields=decision.fields if is_conflict else fields,
        adjustments=tuple(adjustments),
        conflicts=decision.conflicts,
    )


def with_version(before: Client, after: Client, command: ImportClient) -> Client:
    """Return the changed record with the other side's version, unless this side is ahead.

    A record that is not changed is returned as it was before.
    """
    if not changed_fields(before, after):
        return before
    version = before.version if command.version is UNSET else command.version
    return structs.replace(after, version=max(before.version + 1, version))


def changed_fields(before: Client, after: Client) -> tuple[str, ...]:
    """Return the names of fields that differ, without version and time of change."""
    if after is before:
        return ()
    fields = (f for f in before.__struct_fields__ if f not in VERSION_FIELDS)
    return tuple(f for f in fields if getattr(before, f) != getattr(after, f))
