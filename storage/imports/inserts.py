"""The insert of incoming clients that do not exist here, with all that belongs to them.

All functions run inside the import's write transaction.

A client gets the identifiers that it claims where they are free. Otherwise it gets others or none,
and its outcome names them: a client under another number is better than none.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from msgspec import UNSET, Struct, structs
from sqlalchemy import Connection

from storage.accounts import serials as account_serials
from storage.accounts.arrivals import take_arrival
from storage.accounts.new_numbers import assign_new_numbers
from storage.accounts.serials import largest_serial
from storage.clients import identities, persistence, tombstones, writes as client_writes
from storage.database.fast_sql import statements
from storage.imports.prepared.rows import PreparedRows
from storage.indexes import new_clients
from storage.model.commands import ContactDraft, ImportClient
from storage.model.errors import Invalid
from storage.model.generators import Generators
from storage.model.imports import ClientLink, ImportOutcome, ImportStatus
from storage.model.moments import stored_moment
from storage.model.records import Client
from storage.rules import client_changes
from storage.rules.validation import refuse_unstorable
from storage.schema.tables import CLIENT, CONTACT

from . import links as import_links
from .claims import TakenIdentifiers, find_taken, serial_objection
from .incoming import IncomingClient

PREPARED_BATCH_SIZE = 500
Adjustments = list[tuple[str, str]]
"""The fields whose values were not taken over, and why."""


class Candidate(Struct):
    """A client of a batch that is to be inserted.

    `reason` says why it is refused; empty when it is accepted. `serial` and `version` are set when
    it is inserted, `record` if it was not prepared. `reduced_command` is its command after it has
    lost an identifier.
    """

    incoming: IncomingClient
    reason: str = ""
    adjustments: Adjustments = []
    serial: int = 0
    version: int = 0
    record: Client | None = None
    reduced_command: ImportClient | None = None

    @property
    def command(self) -> ImportClient:
        return self.reduced_command or self.incoming.full_command()

    @property
    def prepared(self) -> PreparedRows | None:
        """Its prepared rows, if there are any and it has lost no identifier."""
        return self.incoming.prepared if self.reduced_command is None else None

    @property
    def link(self) -> ClientLink:
        """Its link, when it is inserted."""
        link_of_new = self.incoming.link_of_new
        if link_of_new is not None and self.record is not None:
            return ClientLink(self.serial, link_of_new(self.record))
        origin = structs.replace(self.incoming.origin, version=self.version)
        return ClientLink(self.serial, origin)

    @property
    def claimed_serial(self) -> int:
        """The serial that it claims, 0 for none."""
        return self.incoming.identifiers.serial or 0

    def give_up(self, field: str, reason: str, **replacement: Any) -> None:
        """Record that it loses an identifier, and replace it in the command."""
        self.adjustments.append((field, reason))
        self.reduced_command = structs.replace(self.command, **replacement)


def insert_new_clients(
    connection: Connection,
    account_id: int,
    incoming: Sequence[IncomingClient],
    generators: Generators,
) -> list[ImportOutcome]:
    """Insert clients, no two of them the same; return one outcome per client, in order."""
    candidates = [Candidate(one, refusal_reason(one)) for one in incoming]
    accepted = [c for c in candidates if not c.reason]
    if not accepted:
        return [refused_outcome(candidate) for candidate in candidates]
    resolve_claims(connection, account_id, accepted)
    insert_accepted(connection, account_id, accepted, generators)
    import_links.save_links(connection, account_id, [c.link for c in accepted])
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
    """Insert the rows of accepted candidates, and set the candidates' serials and versions.

    Prepared rows come first: then a number that the account assigns to another candidate is not
    the number of one of these.
    """
    prepared = {c.claimed_serial: rows for c in accepted if (rows := c.prepared)}
    arrival = take_arrival(connection, account_id, generators)
    insert_prepared(connection, account_id, prepared, arrival)
    others = [c for c in accepted if not c.prepared]
    records = insert_from_commands(connection, account_id, others, generators) if others else ()
    lifecycles = [(serial, one.is_archived, one.is_deleted) for serial, one in prepared.items()]
    lifecycles += map(new_clients.lifecycle_of, records)
    # SQLite's search index writes its pending entries before each statement of several writes: so
    # all clients are registered at once.
    new_clients.register_new_clients(connection, account_id, lifecycles)
    for candidate, record in zip(others, records, strict=True):
        candidate.serial, candidate.version = record.serial, record.version
        candidate.record = record
    for candidate in accepted:
        if rows := candidate.prepared:
            candidate.serial, candidate.version = candidate.claimed_serial, rows.version


def insert_prepared(
    connection: Connection,
    account_id: int,
    prepared: Mapping[int, PreparedRows],
    arrival: datetime,
) -> None:
    """Insert prepared rows, given by the clients' serials, and tombstones of deleted clients."""
    encoded_arrival = stored_moment(arrival)
    for batch in iter_batches(prepared.values()):
        rows = [one.decode_rows for one in batch]
        client_rows = ((*one.client[:-1], encoded_arrival) for one in rows)
        statements.insert_encoded(connection, CLIENT, client_rows)
        statements.insert_encoded(connection, CONTACT, (c for one in rows for c in one.contacts))
    deleted_serials = [serial for serial, one in prepared.items() if one.is_deleted]
    tombstones.add_tombstones(connection, account_id, deleted_serials)


def iter_batches(prepared: Iterable[PreparedRows]) -> Iterator[list[PreparedRows]]:
    """Yield batches that are small enough for their decoded rows to take little memory."""
    iterator = iter(prepared)
    while batch := list(islice(iterator, PREPARED_BATCH_SIZE)):
        yield batch


def refusal_reason(incoming: IncomingClient) -> str:
    """Return why a client cannot be stored; empty when it can."""
    try:
        refuse_unstorable(incoming.origin)
        if incoming.prepared is None:
            refuse_unstorable(incoming.full_command())
    except Invalid as failure:
        return str(failure)
    return ""


def refused_outcome(candidate: Candidate) -> ImportOutcome:
    return ImportOutcome(status=ImportStatus.REFUSED, reason=candidate.reason)


def resolve_claims(connection: Connection, account_id: int, accepted: Sequence[Candidate]) -> None:
    """Take identifiers from candidates that cannot have them, and reserve the claimed serials.

    The identifiers are serials of clients and contacts, numbers and external ids. The tombstone of
    a UUID that comes again is removed.
    """
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
    """Take from a candidate each identifier that is taken, and add the others to `taken`."""
    if reason := serial_objection(candidate.command.serial, taken.serials, "client"):
        candidate.give_up("id", reason, serial=UNSET)
    command, adjustments = without_taken_serials(candidate.command, taken.contacts)
    if adjustments:
        candidate.reduced_command = command
        candidate.adjustments = [*candidate.adjustments, *adjustments]
    number = candidate.incoming.identifiers.number
    if number in taken.numbers:
        reason = f"{command.number} is another client's here: this one has a new one"
        candidate.give_up("number", reason, number=None)
    elif number:
        taken.numbers.add(number)
    external_id = identities.claimed_value(command, "external_id")
    if external_id in taken.external_ids:
        reason = f"{external_id} is another client's here"
        candidate.give_up("external_id", reason, external_id=None)


def without_taken_serials(
    command: ImportClient, taken: set[int]
) -> tuple[ImportClient, Adjustments]:
    """Return the command without the serials that its contacts cannot have, and the adjustments.

    The first contact that claims a serial gets it: `taken` grows.
    """
    free_drafts: list[ContactDraft] = []
    adjustments: Adjustments = []
    for n, draft in enumerate(contact_drafts(command)):
        if reason := serial_objection(draft.serial, taken, "contact"):
            adjustments.append((f"contacts[{n}].id", reason))
            free_drafts.append(structs.replace(draft, serial=None))
            continue
        if draft.serial is not None:
            taken.add(draft.serial)
        free_drafts.append(draft)
    if adjustments:
        command = structs.replace(command, contacts=tuple(free_drafts))
    return command, adjustments


def contact_drafts(command: ImportClient) -> tuple[ContactDraft, ...]:
    return () if command.contacts is UNSET else command.contacts


def insert_from_commands(
    connection: Connection, account_id: int, accepted: Sequence[Candidate], generators: Generators
) -> tuple[Client, ...]:
    """Insert candidates whose rows are not prepared; return their records, in order."""
    commands = [candidate.command for candidate in accepted]
    arrival = take_arrival(connection, account_id, generators)
    reserved = account_serials.reserve_serials(
        connection,
        account_id,
        clients=sum(command.serial is UNSET for command in commands),
        contacts=sum(map(client_changes.count_new_contacts, commands)) + len(commands),
        documents=sum(map(client_changes.count_new_documents, commands)),
    )
    new_serials = iter(reserved.clients)
    serials = [next(new_serials) if c.serial is UNSET else c.serial for c in commands]
    numbers = assign_new_numbers(
        connection, account_id, commands, reserved, generators, serials=serials
    )
    records = tuple(
        client_writes.build_new_clients(
            commands, serials, numbers, reserved, generators, now=arrival
        )
    )
    persistence.insert_client_rows(connection, account_id, records, arrival)
    return records
