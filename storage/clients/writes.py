"""The steps of a write transaction: reserve, decide, refuse what is taken, save."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from msgspec import structs
from sqlalchemy import Connection

from storage.accounts import serials as accounts_serials
from storage.accounts.numbering import draw, taken_numbers
from storage.accounts.serials import largest
from storage.model.commands import ChangeClient, ClientKey, CreateClient, LiveKey
from storage.model.errors import Invalid, Problem
from storage.model.generators import Makers
from storage.model.preconditions import Expected
from storage.model.records import Client, State
from storage.rules import client_changes, contact_changes
from storage.rules.validation import refuse_unstorable

from . import identities, persistence

Change = Callable[[Client], ChangeClient]
"""Decides on the locked record what shall change; runs inside the write transaction."""


known_by = attrgetter(*identities.IDENTITIES, "is_deleted")
"""What says which texts a client wants for itself alone."""


class Upserted(NamedTuple):
    client: Client
    is_new: bool


def created(
    connection: Connection, account_id: int, commands: Sequence[CreateClient], makers: Makers
) -> tuple[Client, ...]:
    if not commands:
        return ()
    for command in commands:
        refuse_unstorable(command)
    needs = [max(1, client_changes.new_contacts(command)) for command in commands]
    files = sum(map(client_changes.new_documents, commands))
    wanted = [command.number or None for command in commands]
    drafts = chain.from_iterable(command.contacts or () for command in commands)
    if brought := [draft.serial for draft in drafts if draft.serial is not None]:
        accounts_serials.raised(connection, account_id, contact=largest(brought))
    reserved = accounts_serials.reserved(
        connection,
        account_id,
        clients=len(needs),
        contacts=sum(needs),
        documents=files,
        numbers=wanted.count(None),
    )
    identities.refuse_taken(connection, account_id, identities.wanted_identities(commands))
    numbers = draw(wanted, reserved.counter, taken_numbers(connection, account_id), makers)
    accounts_serials.counted_on(connection, reserved)
    records = tuple(born(commands, reserved.clients, numbers, reserved, makers))
    persistence.inserted(connection, account_id, records)
    pairs = zip(records, commands, strict=True)
    origins = [(record.serial, origin) for record, command in pairs for origin in command.origins]
    persistence.inserted_origins(connection, account_id, origins)
    return records


def born(
    commands: Sequence[CreateClient],
    own: Iterable[int],
    numbers: Sequence[str],
    reserved: accounts_serials.Reserved,
    makers: Makers,
) -> Iterator[Client]:
    """The records of new clients with serials and numbers of their own."""
    now, serials = makers.clock(), reserved.serials
    for command, serial, number in zip(commands, own, numbers, strict=True):
        birth = client_changes.Birth(
            account=reserved.account,
            serial=serial,
            number=number,
            serials=serials,
            now=now,
            makers=makers,
        )
        yield client_changes.created(command, birth)


def changed(
    connection: Connection, account_id: int, before: Client, change: Change, makers: Makers
) -> Client:
    after = decided(connection, account_id, before, change, makers)
    # Only now: whoever edits a deleted client hears first what else is wrong.
    client_changes.refuse_deleted(before)
    return kept(connection, account_id, before, after)


def changed_one(
    connection: Connection,
    account_id: int,
    key: ClientKey,
    change: Change,
    *,
    expected: Expected,
    makers: Makers,
) -> Client:
    before = persistence.locked(connection, account_id, key)
    expected.check(before)
    return changed(connection, account_id, before, change, makers)


def upserted(
    connection: Connection,
    account_id: int,
    key: LiveKey,
    change: Change,
    create: Callable[[], CreateClient],
    *,
    expected: Expected,
    makers: Makers,
) -> Upserted:
    before = persistence.locked_or_none(connection, account_id, key)
    if before is None:
        # Whoever holds the account is alone in making clients: look again.
        accounts_serials.reserved(connection, account_id)
        before = persistence.locked_or_none(connection, account_id, key)
    expected.check(before)
    if before is None:
        persistence.refuse_deleted_uuid(connection, account_id, key)
        (made,) = created(connection, account_id, [create()], makers)
        return Upserted(made, is_new=True)
    return Upserted(changed(connection, account_id, before, change, makers), is_new=False)


def changed_all(
    connection: Connection,
    account_id: int,
    serials: Sequence[int],
    change: Change,
    makers: Makers,
) -> tuple[Client, ...]:
    """The deleted ones too: a change of many edits none of them in particular."""

    def changing(before: Client) -> Client:
        after = decided(connection, account_id, before, change, makers)
        return kept(connection, account_id, before, after)

    return tuple(map(changing, persistence.locked_in_order(connection, account_id, serials)))


def decided(
    connection: Connection, account_id: int, before: Client, change: Change, makers: Makers
) -> Client:
    """The record after the change, with nothing that is another's; not yet saved."""
    wanted = change(before)
    refuse_unstorable(wanted)
    command, serials = completed(connection, account_id, wanted, makers)
    after = client_changes.applied(
        before, command, serials=serials, now=makers.clock(), makers=makers
    )
    refuse_taken(connection, account_id, before, after)
    return after


def kept(connection: Connection, account_id: int, before: Client, after: Client) -> Client:
    if after is not before:
        persistence.saved(connection, account_id, before, after)
    return after


def completed(
    connection: Connection, account_id: int, command: ChangeClient, makers: Makers
) -> tuple[ChangeClient, contact_changes.Serials]:
    """What a command leaves to the account: a number, a country, serials for what is new."""
    need, files = client_changes.new_contacts(command), client_changes.new_documents(command)
    if not need and not files and command.number is not None and command.country_id is not None:
        return command, contact_changes.NO_SERIALS
    numbered = int(command.number is None)
    reserved = accounts_serials.reserved(
        connection, account_id, contacts=need, documents=files, numbers=numbered
    )
    if numbered:
        taken = taken_numbers(connection, account_id)
        numbers = draw([None], reserved.counter, taken, makers)
        accounts_serials.counted_on(connection, reserved)
        command = structs.replace(command, number=numbers[0])
    if command.country_id is None:
        command = structs.replace(command, country_id=reserved.account.country_id)
    return command, reserved.serials


def moved(
    connection: Connection, account_id: int, before: Client, state: State, makers: Makers
) -> Client:
    after = client_changes.moved(before, state, makers.clock())
    if before.is_deleted and not after.is_deleted and after.external_id:
        # It comes back under its external id, unless another client took that meanwhile.
        accounts_serials.reserved(connection, account_id)
        wanted = identities.wanted_identities([after])["external_id"]
        if identities.is_owned(connection, account_id, "external_id", wanted, after.serial):
            after = structs.replace(after, external_id=None)
    return kept(connection, account_id, before, after)


def moved_one(
    connection: Connection,
    account_id: int,
    key: ClientKey,
    state: State,
    *,
    expected: Expected,
    makers: Makers,
) -> Client:
    before = persistence.locked(connection, account_id, key)
    expected.check(before)
    return moved(connection, account_id, before, state, makers)


def moved_all(
    connection: Connection, account_id: int, serials: Sequence[int], state: State, makers: Makers
) -> tuple[Client, ...]:
    found = persistence.locked_in_order(connection, account_id, serials)
    return tuple(moved(connection, account_id, before, state, makers) for before in found)


def purged(
    connection: Connection, account_id: int, key: ClientKey, expected: Expected, makers: Makers
) -> Client:
    """The client as it was."""
    before = persistence.locked(connection, account_id, key)
    expected.check(before)
    persistence.purged(connection, account_id, before, makers.clock())
    return before


def merged(
    connection: Connection,
    account_id: int,
    key: ClientKey,
    other: ClientKey,
    *,
    expected: Expected,
    makers: Makers,
) -> Client:
    before = persistence.locked(connection, account_id, key)
    expected.check(before)
    source = persistence.locked(connection, account_id, other)
    if source.serial == before.serial:
        raise Invalid(Problem(("other",), "is the client itself"))
    now = makers.clock()
    after = client_changes.merged(before, source, now)
    persistence.purged(connection, account_id, source, now)
    persistence.saved(connection, account_id, before, after)
    return after


def refuse_taken(connection: Connection, account_id: int, before: Client, after: Client) -> None:
    if known_by(before) == known_by(after):
        return
    old, new = identities.wanted_identities([before]), identities.wanted_identities([after])
    wanted = {field: values for field, values in new.items() if values != old[field]}
    if wanted:
        accounts_serials.reserved(connection, account_id)
        identities.refuse_taken(connection, account_id, wanted, owner=after.serial)
