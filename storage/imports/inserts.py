"""Clients from elsewhere that are not here yet, in a transaction: born with all that they bring.

What they want to be known by they get where it is free. Where it is not they get another, and
what they had is said: a client under another number is worth more than none.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from msgspec import UNSET, Struct, structs
from sqlalchemy import Connection

from storage.accounts import serials as account_serials
from storage.accounts.numbering import assign_numbers, used_numbers_finder
from storage.accounts.serials import largest_serial
from storage.clients import identities, persistence, tombstones, writes as client_writes
from storage.database.fast_sql import statements
from storage.imports.prepared.rows import PreparedRows
from storage.indexes import new_clients
from storage.model.commands import ContactDraft, ImportClient
from storage.model.errors import Invalid
from storage.model.generators import Generators
from storage.model.imports import ClientLink, ImportOutcome, ImportStatus
from storage.model.records import Client
from storage.rules import client_changes
from storage.rules.validation import refuse_unstorable
from storage.schema.tables import CLIENT, CONTACT

from . import links as import_links
from .claims import TakenIdentifiers, find_taken, serial_objection
from .incoming import IncomingClient

BATCH = 500
Adjustments = list[tuple[str, str]]


class Candidate(Struct):
    """One of a batch, until it is born, with a serial and a version, or refused."""

    incoming: IncomingClient
    reason: str = ""
    adjustments: Adjustments = []
    serial: int = 0
    version: int = 0
    reduced_command: ImportClient | None = None
    """What it wants after it has left something."""

    @property
    def command(self) -> ImportClient:
        return self.reduced_command or self.incoming.full_command()

    @property
    def prepared(self) -> PreparedRows | None:
        """Its rows, if they were made and it got all that it wanted."""
        return self.incoming.prepared if self.reduced_command is None else None

    def give_up(self, field: str, words: str, **without: Any) -> None:
        self.adjustments.append((field, words))
        self.reduced_command = structs.replace(self.command, **without)


def insert_new_clients(
    connection: Connection,
    account_id: int,
    incoming: Sequence[IncomingClient],
    generators: Generators,
) -> list[ImportOutcome]:
    """What became of each, in their order; they are all different."""
    candidates = [Candidate(one, refusal_reason(one)) for one in incoming]
    accepted = [c for c in candidates if not c.reason]
    if not accepted:
        return [refused_outcome(candidate) for candidate in candidates]
    resolve_claims(connection, account_id, accepted)
    insert_accepted(connection, account_id, accepted, generators)
    links = [
        ClientLink(c.serial, structs.replace(c.incoming.origin, version=c.version))
        for c in accepted
    ]
    import_links.save_links(connection, account_id, links)
    return [created_outcome(candidate) for candidate in candidates]


def created_outcome(candidate: Candidate) -> ImportOutcome:
    if candidate.reason:
        return refused_outcome(candidate)
    adjustments = tuple(candidate.adjustments)
    return ImportOutcome(
        status=ImportStatus.CREATED, serial=candidate.serial, adjustments=adjustments
    )


def insert_accepted(
    connection: Connection, account_id: int, accepted: Sequence[Candidate], generators: Generators
) -> None:
    """Those whose rows were made beforehand, then those whose rows are made now: a number that is
    drawn for one of them is nobody else's."""
    prepared = {
        one.incoming.identifiers.serial or 0: found for one in accepted if (found := one.prepared)
    }
    for some in in_batches(prepared.values()):
        rows = [one.decode_rows for one in some]
        statements.insert_encoded(connection, CLIENT, (one.client for one in rows))
        statements.insert_encoded(connection, CONTACT, (c for one in rows for c in one.contacts))
    tombstones.add_tombstones(
        connection, account_id, [s for s, one in prepared.items() if one.is_deleted]
    )
    others = [candidate for candidate in accepted if not candidate.prepared]
    records = insert_from_commands(connection, account_id, others, generators) if others else ()
    lives = [(serial, one.is_archived, one.is_deleted) for serial, one in prepared.items()]
    # SQLite's index writes what it has learned before a statement of several writes: so it learns
    # of all at once.
    new_clients.register_new_clients(
        connection, account_id, [*lives, *map(new_clients.lifecycle_of, records)]
    )
    born = iter(records)
    for candidate in accepted:
        if candidate.prepared:
            candidate.serial = candidate.incoming.identifiers.serial or 0
            candidate.version = candidate.prepared.version
        else:
            record = next(born)
            candidate.serial, candidate.version = record.serial, record.version


def in_batches(prepared: Iterable[PreparedRows]) -> Iterator[list[PreparedRows]]:
    """So few at once that their rows take little room."""
    rest = iter(prepared)
    while some := list(islice(rest, BATCH)):
        yield some


def refusal_reason(one: IncomingClient) -> str:
    try:
        refuse_unstorable(one.origin)
        if one.prepared is None:
            refuse_unstorable(one.full_command())
    except Invalid as failure:
        return str(failure)
    return ""


def refused_outcome(candidate: Candidate) -> ImportOutcome:
    return ImportOutcome(status=ImportStatus.REFUSED, reason=candidate.reason)


def resolve_claims(connection: Connection, account_id: int, accepted: Sequence[Candidate]) -> None:
    """Leave what is taken, of serials, contacts', numbers and external ids, and see that nobody
    gets these serials; an end that was told of a client that now comes again was no end."""
    identifiers = [candidate.incoming.identifiers for candidate in accepted]
    taken = find_taken(connection, account_id, identifiers)
    for candidate in accepted:
        if not taken.is_free(candidate.incoming.identifiers):
            drop_taken(candidate, taken)
        else:
            taken.claim(candidate.incoming.identifiers)
    account_serials.advance_serials(
        connection,
        account_id,
        client=largest_serial(one.serial or 0 for one in identifiers),
        contact=largest_serial(serial for one in identifiers for serial in one.contacts),
    )
    uuids = [one.uuid for one in identifiers if one.uuid is not None]
    tombstones.remove_by_uuid(connection, account_id, uuids)


def drop_taken(candidate: Candidate, taken: TakenIdentifiers) -> None:
    """One by one; the first contact that wants a serial gets it."""
    if words := serial_objection(candidate.command.serial, taken.serials, "client"):
        candidate.give_up("id", words, serial=UNSET)
    command, left = with_own_contacts(candidate.command, taken.contacts)
    if left:
        candidate.reduced_command, candidate.adjustments = command, [*candidate.adjustments, *left]
    number = candidate.incoming.identifiers.number
    if number in taken.numbers:
        words = f"{command.number} is another client's here: this one has a new one"
        candidate.give_up("number", words, number=None)
    elif number:
        taken.numbers.add(number)
    external_id = identities.claimed_value(command, "external_id")
    if external_id in taken.external_ids:
        words = f"{external_id} is another client's here"
        candidate.give_up("external_id", words, external_id=None)


def with_own_contacts(command: ImportClient, taken: set[int]) -> tuple[ImportClient, Adjustments]:
    """A serial goes to the first contact that wants it; `taken` grows."""
    settled: list[ContactDraft] = []
    adjustments: Adjustments = []
    for n, draft in enumerate(drafts(command)):
        if words := serial_objection(draft.serial, taken, "contact"):
            adjustments.append((f"contacts[{n}].id", words))
            settled.append(structs.replace(draft, serial=None))
            continue
        if draft.serial is not None:
            taken.add(draft.serial)
        settled.append(draft)
    if adjustments:
        command = structs.replace(command, contacts=tuple(settled))
    return command, adjustments


def drafts(command: ImportClient) -> tuple[ContactDraft, ...]:
    return () if command.contacts is UNSET else command.contacts


def insert_from_commands(
    connection: Connection, account_id: int, accepted: Sequence[Candidate], generators: Generators
) -> tuple[Client, ...]:
    commands = [candidate.command for candidate in accepted]
    reserved = account_serials.reserve_serials(
        connection,
        account_id,
        clients=sum(command.serial is UNSET for command in commands),
        contacts=sum(map(client_changes.count_new_contacts, commands)) + len(commands),
        documents=sum(map(client_changes.count_new_documents, commands)),
    )
    taken = used_numbers_finder(connection, account_id)
    numbers = assign_numbers(
        [c.number or None for c in commands], reserved.counter, taken, generators
    )
    account_serials.save_number_counter(connection, reserved)
    fresh = iter(reserved.clients)
    serials = [next(fresh) if c.serial is UNSET else c.serial for c in commands]
    records = tuple(
        client_writes.build_new_clients(commands, serials, numbers, reserved, generators)
    )
    persistence.insert_client_rows(connection, account_id, records)
    return records
