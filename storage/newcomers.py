"""Clients from elsewhere that are not here yet, in a transaction: born with all that they bring.

What they want to be known by they get where it is free. Where it is not they get another, and
what they had is said: a client under another number is worth more than none.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType, structs
from sqlalchemy import Connection

from . import accounts, apply, bulk, clients, linking, search, tombstones, writing
from .commands import ContactDraft, ImportClient
from .errors import Invalid
from .folding import folded_key
from .limits import refuse_unstorable
from .makers import Makers
from .numbers import draw, taken_numbers
from .provenance import Fate, Incoming, Link, Outcome
from .readying import Ready
from .recognising import taken_contacts, taken_serials
from .records import Client
from .tables import CLIENT, CONTACT

Departures = list[tuple[str, str]]

LARGEST_SERIAL = 2**62
"""Whoever comes after it needs a serial too."""


class Candidate(Struct):
    """One of a batch, until it is born, with a serial and a version, or refused."""

    incoming: Incoming
    command: ImportClient
    departures: Departures
    reason: str = ""
    serial: int = 0
    version: int = 0

    def leave(self, field: str, words: str, **without: Any) -> None:
        self.departures.append((field, words))
        self.command = structs.replace(self.command, **without)

    @property
    def ready(self) -> Ready | None:
        """Its rows, if they were made and it got all that it wanted."""
        return self.incoming.ready if self.command is self.incoming.client else None


def born(
    connection: Connection, account_id: int, incoming: Sequence[Incoming], makers: Makers
) -> list[Outcome]:
    """What became of each, in their order; they are all different."""
    candidates = [Candidate(one, one.client, [], refusal(one)) for one in incoming]
    accepted = [c for c in candidates if not c.reason]
    if not accepted:
        return [refused(candidate) for candidate in candidates]
    settle_serials(connection, account_id, accepted)
    settle_keys(connection, account_id, accepted)
    insert(connection, account_id, accepted, makers)
    links = [
        Link(c.serial, structs.replace(c.incoming.origin, version=c.version)) for c in accepted
    ]
    linking.linked(connection, account_id, links)
    return [outcome(candidate) for candidate in candidates]


def outcome(candidate: Candidate) -> Outcome:
    if candidate.reason:
        return refused(candidate)
    departures = tuple(candidate.departures)
    return Outcome(fate=Fate.CREATED, serial=candidate.serial, departures=departures)


def insert(
    connection: Connection, account_id: int, accepted: Sequence[Candidate], makers: Makers
) -> None:
    """Those whose rows were made beforehand, and those whose rows are made now."""
    ready = [candidate.ready for candidate in accepted if candidate.ready]
    with search.indexing(connection, account_id, [one.serial for one in ready]):
        bulk.inserted_plain(connection, CLIENT, [one.client for one in ready])
    bulk.inserted_plain(connection, CONTACT, [c for one in ready for c in one.contacts])
    others = [candidate for candidate in accepted if not candidate.ready]
    records = iter(inserted(connection, account_id, others, makers) if others else ())
    for candidate in accepted:
        born_as = candidate.ready or next(records)
        candidate.serial, candidate.version = born_as.serial, born_as.version


def refusal(one: Incoming) -> str:
    try:
        refuse_unstorable(one.origin)
        if one.ready is None:
            refuse_unstorable(one.client)
    except Invalid as failure:
        return str(failure)
    return ""


def refused(candidate: Candidate) -> Outcome:
    return Outcome(fate=Fate.REFUSED, reason=candidate.reason)


def settle_serials(connection: Connection, account_id: int, accepted: Sequence[Candidate]) -> None:
    """Leave the serials that are free, of clients and contacts, and see that nobody gets them."""
    wanted = [c.command.serial for c in accepted if c.command.serial is not UNSET]
    taken = taken_serials(connection, account_id, wanted)
    people = [d.serial for c in accepted for d in drafts(c.command) if d.serial is not None]
    gone = taken_contacts(connection, account_id, people)
    for candidate in accepted:
        if words := objection(candidate.command.serial, taken, "client"):
            candidate.leave("id", words, serial=UNSET)
        candidate.command, left = with_own_contacts(candidate.command, gone)
        candidate.departures += left
    accounts.raised(connection, account_id, client=largest(wanted), contact=largest(people))


def objection(serial: int | UnsetType | None, taken: set[int], kind: str) -> str:
    """Why nobody gets the serial that it wants; empty when it does, or wants none."""
    if serial is UNSET or serial is None:
        return ""
    if not is_serial(serial):
        return "is out of range: this one has a new id"
    return f"is another {kind}'s here: this one has a new id" if serial in taken else ""


def is_serial(number: int) -> bool:
    return 0 < number <= LARGEST_SERIAL


def largest(wanted: Sequence[int]) -> int:
    return max(filter(is_serial, wanted), default=0)


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


def settle_keys(connection: Connection, account_id: int, accepted: Sequence[Candidate]) -> None:
    """Numbers and external ids that are free; an end that was told of a client that now comes
    again was no end."""
    numbers = [folded_key(c.command.number) for c in accepted if c.command.number]
    taken = taken_numbers(connection, account_id)(numbers)
    for candidate in accepted:
        number = folded_key(candidate.command.number) if candidate.command.number else ""
        if number in taken:
            words = f"{candidate.command.number} is another client's here: this one has a new one"
            candidate.leave("number", words, number=None)
        elif number:
            taken.add(number)
        wanted = clients.wanted(candidate.command, "external_id")
        # One of a living client would have been recognised; a uuid of a client is left.
        is_like_uuid = wanted is not None and clients.UUID_SHAPE.fullmatch(wanted)
        if is_like_uuid and clients.is_owned(
            connection, account_id, "external_id", [str(wanted)], None
        ):
            candidate.leave("external_id", f"{wanted} is another client's here", external_id=None)
    uuids = [c.command.uuid for c in accepted if isinstance(c.command.uuid, UUID)]
    tombstones.forgotten(connection, account_id, uuids)


def inserted(
    connection: Connection, account_id: int, accepted: Sequence[Candidate], makers: Makers
) -> tuple[Client, ...]:
    commands = [candidate.command for candidate in accepted]
    reserved = accounts.reserved(
        connection,
        account_id,
        clients=sum(command.serial is UNSET for command in commands),
        contacts=sum(map(apply.new_contacts, commands)) + len(commands),
        documents=sum(map(apply.new_documents, commands)),
    )
    taken = taken_numbers(connection, account_id)
    numbers = draw([c.number or None for c in commands], reserved.counter, taken, makers)
    accounts.counted_on(connection, reserved)
    fresh = iter(reserved.clients)
    serials = [next(fresh) if c.serial is UNSET else c.serial for c in commands]
    records = tuple(writing.born(commands, serials, numbers, reserved, makers))
    clients.inserted(connection, account_id, records)
    return records
