"""Clients that arrive from elsewhere, in a write transaction: recognised, decided on, kept.

Each has a fate, and none is lost: what cannot be stored is refused by name, a number, an id or a
key that somebody else has here is replaced, and that is said.
"""

from collections.abc import Collection, Sequence
from typing import Any, assert_never
from uuid import UUID

from msgspec import UNSET, structs
from sqlalchemy import Connection

from storage.accounts import serials as account_serials
from storage.accounts.serials import largest_serial
from storage.clients import identities, persistence, writes as client_writes
from storage.groups import writes as group_writes
from storage.model.commands import ImportClient
from storage.model.errors import Conflict, Invalid
from storage.model.generators import Generators
from storage.model.imports import ClientLink, ConflictPolicy, ImportOutcome, ImportStatus
from storage.model.records import Client, Origin
from storage.rules import client_changes
from storage.rules.validation import refuse_unstorable

from . import inserts, links, matching
from .incoming import IncomingClient
from .inserts import Adjustments
from .matching import MatchedClient, match_clients, taken_contacts

OWN = ("uuid", "serial", "created_at", "updated_at", "version")
"""What the birth of a client decides, and the version, which only grows."""
STAMPS = frozenset({"version", "updated_at"})


def import_batch(
    connection: Connection,
    account_id: int,
    incoming: Sequence[IncomingClient],
    policy: ConflictPolicy,
    generators: Generators,
) -> tuple[ImportOutcome, ...]:
    """What became of each, in their order. All come from one source; the same client may come
    twice."""
    # Clients before their account, as those who edit them lock them: so nobody waits in a circle.
    first = lock_known(connection, account_id, incoming)
    account_serials.reserve_serials(connection, account_id, clients=0, contacts=0)
    brought = [group for one in incoming for group in one.groups]
    if brought:
        group_writes.import_groups(connection, account_id, brought, generators)
    outcomes: dict[int, ImportOutcome] = {}
    waiting = dict(enumerate(incoming))
    while waiting:
        wave = first_of_each(waiting)
        places, arrived = list(wave), list(wave.values())
        is_same = len(wave) == len(incoming) and has_exclusive_write(connection)
        known = first if is_same else match_clients(connection, account_id, arrived)
        settled = BatchMerge(connection, account_id, policy, generators).merge_all(arrived, known)
        outcomes |= {places[n]: outcome for n, outcome in settled.items()}
        waiting = {n: one for n, one in waiting.items() if n not in wave}
    return tuple(outcomes[n] for n in range(len(incoming)))


def lock_known(
    connection: Connection, account_id: int, incoming: Sequence[IncomingClient]
) -> dict[int, MatchedClient]:
    """Those who are here, by their places; until the transaction ends they stay as they are."""
    known = match_clients(connection, account_id, incoming)
    matching.lock_serials(connection, account_id, serials_of(known))
    return known


def has_exclusive_write(connection: Connection) -> bool:
    """Whether nobody else can have written since the transaction began."""
    return connection.dialect.name == "sqlite"


def serials_of(known: dict[int, MatchedClient]) -> list[int]:
    return [matched.serial for matched in known.values()]


def first_of_each(waiting: dict[int, IncomingClient]) -> dict[int, IncomingClient]:
    """Those that cannot be one and the same client: who comes again waits for the first."""
    if are_all_distinct(waiting.values()):
        return waiting
    seen: set[tuple[str, object]] = set()
    wave = {}
    for n, one in waiting.items():
        marks = identity_marks(one)
        if seen.isdisjoint(marks):
            wave[n] = one
        seen |= marks
    return wave


def are_all_distinct(incoming: Collection[IncomingClient]) -> bool:
    """Whether one look at all of them, at a fifth of the cost of one at each, shows that."""
    if any(one.identifiers.external_id for one in incoming):
        return False  # it may be the uuid of another one
    origins = {one.origin.foreign_id for one in incoming}
    serials = [one.identifiers.serial for one in incoming if one.identifiers.serial is not None]
    uuids = [one.identifiers.uuid for one in incoming if one.identifiers.uuid is not None]
    return len(origins) == len(incoming) and all(
        len(set(values)) == len(values) for values in (serials, uuids)
    )


def identity_marks(one: IncomingClient) -> set[tuple[str, object]]:
    marks: set[tuple[str, object]] = {("origin", one.origin.foreign_id)}
    for name in ("uuid", "serial", "external_id"):
        value = getattr(one.identifiers, name)
        if value is not None:
            marks.add((name, value))
        if isinstance(value, str) and identities.UUID_SHAPE.fullmatch(value):
            marks.add(("uuid", UUID(value)))
    return marks


class BatchMerge:
    """One batch of clients that are all different, laid over those that are here."""

    def __init__(
        self,
        connection: Connection,
        account_id: int,
        policy: ConflictPolicy,
        generators: Generators,
    ) -> None:
        self.connection = connection
        self.account_id = account_id
        self.policy = policy
        self.generators = generators

    def merge_all(
        self, arrived: Sequence[IncomingClient], known: dict[int, MatchedClient]
    ) -> dict[int, ImportOutcome]:
        here = persistence.lock_clients(self.connection, self.account_id, serials_of(known))
        records = {record.serial: record for record in here}
        # Whoever was purged just now is not known any more.
        known = {n: matched for n, matched in known.items() if matched.serial in records}
        outcomes: dict[int, ImportOutcome] = {}
        for n, matched in known.items():
            outcomes[n], records[matched.serial] = self.merge_one(
                arrived[n], matched, records[matched.serial]
            )
        new = {n: one for n, one in enumerate(arrived) if n not in known}
        born = inserts.insert_new_clients(
            self.connection, self.account_id, list(new.values()), self.generators
        )
        return outcomes | dict(zip(new, born, strict=True))

    def merge_one(
        self, one: IncomingClient, matched: MatchedClient, before: Client
    ) -> tuple[ImportOutcome, Client]:
        """What becomes of a client that is here already, and its record afterwards."""
        try:
            refuse_unstorable(one.origin)
            command = one.change_command(before)
            refuse_unstorable(command)
            after, adjustments = self.apply_change(before, command)
        except (Invalid, Conflict) as failure:
            return ImportOutcome(
                status=ImportStatus.REFUSED, serial=before.serial, reason=str(failure)
            ), before
        status = (
            ImportStatus.UNCHANGED
            if after is before
            else self.decide_winner(one, matched.origin, before)
        )
        if status is ImportStatus.CHANGED:
            persistence.save_client(self.connection, self.account_id, before, after)
        if status is not ImportStatus.CONFLICT:
            self.save_link(
                one, matched, after if status is ImportStatus.CHANGED else before, status
            )
        told = ImportOutcome(
            status=status,
            serial=before.serial,
            fields=changed_fields(before, after),
            adjustments=tuple(adjustments) if status is ImportStatus.CHANGED else (),
        )
        return told, after if status is ImportStatus.CHANGED else before

    def decide_winner(
        self, one: IncomingClient, met: Origin | None, before: Client
    ) -> ImportStatus:
        """Who wins, now that the two differ. Two that never met count as changed both; so may
        one have that does not say by a stamp that it has not."""
        if met is not None and met.stamp and met.stamp == one.origin.stamp:
            return ImportStatus.KEPT
        if met is not None and met.version == before.version:
            return ImportStatus.CHANGED
        moment = one.origin.foreign_updated_at
        match self.policy:
            case ConflictPolicy.SKIP:
                return ImportStatus.CONFLICT
            case ConflictPolicy.LOCAL:
                return ImportStatus.KEPT
            case ConflictPolicy.REMOTE:
                return ImportStatus.CHANGED
            case ConflictPolicy.NEWEST:
                is_newer = moment is not None and moment > before.updated_at
                return ImportStatus.CHANGED if is_newer else ImportStatus.KEPT
            case _:
                assert_never(self.policy)

    def save_link(
        self, one: IncomingClient, matched: MatchedClient, record: Client, status: ImportStatus
    ) -> None:
        """Keep how the two stand: in step, or this side ahead of what the other last said."""
        version = record.version
        if status is ImportStatus.KEPT:
            version = matched.origin.version if matched.origin and matched.origin.version else 0
        origin = structs.replace(one.origin, version=version)
        if origin != matched.origin:
            links.save_links(self.connection, self.account_id, [ClientLink(matched.serial, origin)])

    def apply_change(self, before: Client, command: ImportClient) -> tuple[Client, Adjustments]:
        """The record after the command, not yet saved, and what is another's here: a number is
        not taken over, and an external id does not come back with a client that is restored."""
        unsaid: dict[str, Any] = dict.fromkeys(OWN, UNSET)
        own, adjustments = self.with_free_contact_serials(
            before, structs.replace(command, **unsaid)
        )
        if own.number == "":
            own = structs.replace(own, number=UNSET)
        if (
            own.number
            and own.number != before.number
            and self.is_taken_by_another("number", own, before)
        ):
            adjustments.append(("number", f"{own.number} is another client's here"))
            own = structs.replace(own, number=UNSET)
        whole, serials = client_writes.complete_command(
            self.connection, self.account_id, own, self.generators
        )
        now = self.generators.clock()
        told = client_changes.apply_change(
            before, whole, serials=serials, now=now, generators=self.generators
        )
        after = with_version(before, told, command)
        old, new = (identities.claimed_value(record, "external_id") for record in (before, after))
        if new != old and self.is_taken_by_another("external_id", after, before):
            if after.external_id != before.external_id:
                raise Conflict("client", ("external_id",))
            adjustments.append(("external_id", f"{new} is another client's here"))
            after = structs.replace(after, external_id=None)
        return after, adjustments

    def is_taken_by_another(self, field: str, source: object, client: Client) -> bool:
        wanted = identities.claimed_identities([source])[field]
        return identities.is_taken(self.connection, self.account_id, field, wanted, client.serial)

    def with_free_contact_serials(
        self, before: Client, command: ImportClient
    ) -> tuple[ImportClient, Adjustments]:
        """New contacts keep the serials that they bring, where nobody has or had them here."""
        known = {contact.serial for contact in before.contacts}
        brought = (d.serial for d in inserts.drafts(command) if d.serial is not None)
        taken: set[int] = set()
        if wanted := [serial for serial in brought if serial not in known]:
            taken = taken_contacts(self.connection, self.account_id, wanted)
            account_serials.advance_serials(
                self.connection, self.account_id, contact=largest_serial(wanted)
            )
        return inserts.with_own_contacts(command, taken)


def with_version(before: Client, after: Client, command: ImportClient) -> Client:
    """A change takes over the version of the other side, unless this one's is ahead."""
    if not changed_fields(before, after):
        return before
    told = before.version if command.version is UNSET else command.version
    return structs.replace(after, version=max(before.version + 1, told))


def changed_fields(before: Client, after: Client) -> tuple[str, ...]:
    if after is before:
        return ()
    fields = (f for f in before.__struct_fields__ if f not in STAMPS)
    return tuple(f for f in fields if getattr(before, f) != getattr(after, f))
