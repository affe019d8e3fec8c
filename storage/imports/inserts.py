"""Clients from elsewhere that are not here yet, in a transaction: born with all that they bring.

What they want to be known by they get where it is free. Where it is not they get another, and
what they had is said: a client under another number is worth more than none.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from msgspec import UNSET, Struct, structs
from sqlalchemy import Connection

from storage.accounts import serials as accounts_serials
from storage.accounts.numbering import draw, taken_numbers
from storage.accounts.serials import largest
from storage.clients import identities, persistence, tombstones, writes as clients_writes
from storage.database.fast_sql import statements
from storage.imports.prepared.rows import Ready
from storage.indexes import new_clients
from storage.model.commands import ContactDraft, ImportClient
from storage.model.errors import Invalid
from storage.model.generators import Makers
from storage.model.imports import Fate, Link, Outcome
from storage.model.records import Client
from storage.rules import client_changes
from storage.rules.validation import refuse_unstorable
from storage.schema.tables import CLIENT, CONTACT

from . import links as imports_links
from .claims import Taken, objection, taken_of
from .incoming import Incoming

BATCH = 500
Departures = list[tuple[str, str]]


class Candidate(Struct):
    """One of a batch, until it is born, with a serial and a version, or refused."""

    incoming: Incoming
    reason: str = ""
    departures: Departures = []
    serial: int = 0
    version: int = 0
    changed: ImportClient | None = None
    """What it wants after it has left something."""

    @property
    def command(self) -> ImportClient:
        return self.changed or self.incoming.whole()

    @property
    def ready(self) -> Ready | None:
        """Its rows, if they were made and it got all that it wanted."""
        return self.incoming.ready if self.changed is None else None

    def leave(self, field: str, words: str, **without: Any) -> None:
        self.departures.append((field, words))
        self.changed = structs.replace(self.command, **without)


def born(
    connection: Connection, account_id: int, incoming: Sequence[Incoming], makers: Makers
) -> list[Outcome]:
    """What became of each, in their order; they are all different."""
    candidates = [Candidate(one, refusal(one)) for one in incoming]
    accepted = [c for c in candidates if not c.reason]
    if not accepted:
        return [refused(candidate) for candidate in candidates]
    settle(connection, account_id, accepted)
    insert(connection, account_id, accepted, makers)
    links = [
        Link(c.serial, structs.replace(c.incoming.origin, version=c.version)) for c in accepted
    ]
    imports_links.linked(connection, account_id, links)
    return [outcome(candidate) for candidate in candidates]


def outcome(candidate: Candidate) -> Outcome:
    if candidate.reason:
        return refused(candidate)
    departures = tuple(candidate.departures)
    return Outcome(fate=Fate.CREATED, serial=candidate.serial, departures=departures)


def insert(
    connection: Connection, account_id: int, accepted: Sequence[Candidate], makers: Makers
) -> None:
    """Those whose rows were made beforehand, then those whose rows are made now: a number that is
    drawn for one of them is nobody else's."""
    ready = {one.incoming.wanted.serial or 0: found for one in accepted if (found := one.ready)}
    for some in in_batches(ready.values()):
        rows = [one.rows for one in some]
        statements.inserted_plain(connection, CLIENT, (one.client for one in rows))
        statements.inserted_plain(connection, CONTACT, (c for one in rows for c in one.contacts))
    tombstones.laid(connection, account_id, [s for s, one in ready.items() if one.is_deleted])
    others = [candidate for candidate in accepted if not candidate.ready]
    records = inserted(connection, account_id, others, makers) if others else ()
    lives = [(serial, one.is_archived, one.is_deleted) for serial, one in ready.items()]
    # SQLite's index writes what it has learned before a statement of several writes: so it learns
    # of all at once.
    new_clients.told(connection, account_id, [*lives, *map(new_clients.life, records)])
    born = iter(records)
    for candidate in accepted:
        if candidate.ready:
            candidate.serial = candidate.incoming.wanted.serial or 0
            candidate.version = candidate.ready.version
        else:
            record = next(born)
            candidate.serial, candidate.version = record.serial, record.version


def in_batches(ready: Iterable[Ready]) -> Iterator[list[Ready]]:
    """So few at once that their rows take little room."""
    rest = iter(ready)
    while some := list(islice(rest, BATCH)):
        yield some


def refusal(one: Incoming) -> str:
    try:
        refuse_unstorable(one.origin)
        if one.ready is None:
            refuse_unstorable(one.whole())
    except Invalid as failure:
        return str(failure)
    return ""


def refused(candidate: Candidate) -> Outcome:
    return Outcome(fate=Fate.REFUSED, reason=candidate.reason)


def settle(connection: Connection, account_id: int, accepted: Sequence[Candidate]) -> None:
    """Leave what is taken, of serials, contacts', numbers and external ids, and see that nobody
    gets these serials; an end that was told of a client that now comes again was no end."""
    wanted = [candidate.incoming.wanted for candidate in accepted]
    taken = taken_of(connection, account_id, wanted)
    for candidate in accepted:
        if not taken.has_nothing_of(candidate.incoming.wanted):
            leave_taken(candidate, taken)
        else:
            taken.take(candidate.incoming.wanted)
    accounts_serials.raised(
        connection,
        account_id,
        client=largest(one.serial or 0 for one in wanted),
        contact=largest(serial for one in wanted for serial in one.contacts),
    )
    uuids = [one.uuid for one in wanted if one.uuid is not None]
    tombstones.forgotten(connection, account_id, uuids)


def leave_taken(candidate: Candidate, taken: Taken) -> None:
    """One by one; the first contact that wants a serial gets it."""
    if words := objection(candidate.command.serial, taken.serials, "client"):
        candidate.leave("id", words, serial=UNSET)
    command, left = with_own_contacts(candidate.command, taken.contacts)
    if left:
        candidate.changed, candidate.departures = command, [*candidate.departures, *left]
    number = candidate.incoming.wanted.number
    if number in taken.numbers:
        words = f"{command.number} is another client's here: this one has a new one"
        candidate.leave("number", words, number=None)
    elif number:
        taken.numbers.add(number)
    external_id = identities.wanted(command, "external_id")
    if external_id in taken.keys:
        words = f"{external_id} is another client's here"
        candidate.leave("external_id", words, external_id=None)


def with_own_contacts(command: ImportClient, taken: set[int]) -> tuple[ImportClient, Departures]:
    """A serial goes to the first contact that wants it; `taken` grows."""
    settled: list[ContactDraft] = []
    departures: Departures = []
    for n, draft in enumerate(drafts(command)):
        if words := objection(draft.serial, taken, "contact"):
            departures.append((f"contacts[{n}].id", words))
            settled.append(structs.replace(draft, serial=None))
            continue
        if draft.serial is not None:
            taken.add(draft.serial)
        settled.append(draft)
    if departures:
        command = structs.replace(command, contacts=tuple(settled))
    return command, departures


def drafts(command: ImportClient) -> tuple[ContactDraft, ...]:
    return () if command.contacts is UNSET else command.contacts


def inserted(
    connection: Connection, account_id: int, accepted: Sequence[Candidate], makers: Makers
) -> tuple[Client, ...]:
    commands = [candidate.command for candidate in accepted]
    reserved = accounts_serials.reserved(
        connection,
        account_id,
        clients=sum(command.serial is UNSET for command in commands),
        contacts=sum(map(client_changes.new_contacts, commands)) + len(commands),
        documents=sum(map(client_changes.new_documents, commands)),
    )
    taken = taken_numbers(connection, account_id)
    numbers = draw([c.number or None for c in commands], reserved.counter, taken, makers)
    accounts_serials.counted_on(connection, reserved)
    fresh = iter(reserved.clients)
    serials = [next(fresh) if c.serial is UNSET else c.serial for c in commands]
    records = tuple(clients_writes.born(commands, serials, numbers, reserved, makers))
    persistence.laid(connection, account_id, records)
    return records
