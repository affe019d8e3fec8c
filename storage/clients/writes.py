"""Creates and changes clients: the steps of a write transaction.

A change takes four steps: lock the record, decide the change on it, refuse identities that other
clients have, save what differs. A creation reserves serials and a number first.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from msgspec import structs
from sqlalchemy import Connection

from storage.accounts import serials as account_serials
from storage.accounts.arrivals import take_arrival
from storage.accounts.new_numbers import assign_new_numbers
from storage.accounts.serials import largest_serial
from storage.model.commands import ChangeClient, ClientKey, CreateClient, ImportClient, LiveKey
from storage.model.errors import NotFound
from storage.model.generators import Generators
from storage.model.moments import MICROSECOND
from storage.model.preconditions import Precondition
from storage.model.records import Client
from storage.rules import client_changes, contact_changes
from storage.rules.validation import refuse_unstorable

from . import aliases, identities, lookup, persistence, reads as client_reads

ChangeDecision = Callable[[Client], ChangeClient]
"""A function that returns the change of a locked record. It runs in the write transaction."""

identity_values = attrgetter(*identities.IDENTITIES, "is_deleted")
"""The fields of a record that decide which identities it claims."""


class UpsertResult(NamedTuple):
    """The client that an upsert has changed or created."""

    client: Client
    is_new: bool


def create_clients(
    connection: Connection,
    account_id: int,
    commands: Sequence[CreateClient],
    generators: Generators,
) -> tuple[Client, ...]:
    """Create clients with their contacts, documents and origins; return them in order.

    Raises Invalid for values that cannot be stored, Conflict for identities or origins of others.
    """
    if not commands:
        return ()
    for command in commands:
        refuse_unstorable(command)
    reserved = reserve_new_clients(connection, account_id, commands)
    identities.refuse_taken(connection, account_id, identities.claimed_identities(commands))
    numbers = assign_new_numbers(
        connection, account_id, commands, reserved, generators, serials=reserved.clients
    )
    arrival = take_arrival(connection, account_id, generators)
    new = build_new_clients(commands, reserved.clients, numbers, reserved, generators, now=arrival)
    records = tuple(new)
    persistence.insert_clients(connection, account_id, records, arrival)
    pairs = zip(records, commands, strict=True)
    origins = [(record.serial, origin) for record, command in pairs for origin in command.origins]
    persistence.insert_origins(connection, account_id, origins)
    return records


def reserve_new_clients(
    connection: Connection, account_id: int, commands: Sequence[CreateClient]
) -> account_serials.Reservation:
    drafts = chain.from_iterable(command.contacts or () for command in commands)
    if given_serials := [draft.serial for draft in drafts if draft.serial is not None]:
        last = largest_serial(given_serials)
        account_serials.advance_serials(connection, account_id, contact=last)
    return account_serials.reserve_serials(
        connection,
        account_id,
        clients=len(commands),
        contacts=sum(max(1, client_changes.count_new_contacts(command)) for command in commands),
        documents=sum(map(client_changes.count_new_documents, commands)),
        numbers=sum(not command.number for command in commands),
    )


def build_new_clients(
    commands: Sequence[CreateClient],
    client_serials: Iterable[int],
    numbers: Sequence[str],
    reserved: account_serials.Reservation,
    generators: Generators,
    *,
    now: datetime,
) -> Iterator[Client]:
    """Yield the records of new clients, each with its serial and its number."""
    serials = reserved.new_serials
    for command, serial, number in zip(commands, client_serials, numbers, strict=True):
        context = client_changes.NewClientContext(
            account=reserved.account,
            serial=serial,
            number=number,
            serials=serials,
            now=now,
            generators=generators,
        )
        yield client_changes.new_client(command, context)


def change_locked_client(
    connection: Connection,
    account_id: int,
    before: Client,
    change: ChangeDecision,
    generators: Generators,
) -> Client:
    """Change a locked client. Raises Locked if a deleted one is edited."""
    after = decide_change(connection, account_id, before, change, generators)
    # After the decision: an invalid change of a deleted client raises Invalid first.
    client_changes.refuse_deleted(before, after)
    return save_if_changed(connection, account_id, before, after, generators)


def change_client(
    connection: Connection,
    account_id: int,
    key: ClientKey,
    change: ChangeDecision,
    *,
    precondition: Precondition,
    generators: Generators,
) -> Client:
    """Lock the client of a key, check the precondition and change the client."""
    before = persistence.lock_client_or_survivor(connection, account_id, key)
    if before is None:
        raise NotFound("client")
    precondition.check(before)
    return change_locked_client(connection, account_id, before, change, generators)


def upsert_client(
    connection: Connection,
    account_id: int,
    key: LiveKey,
    change: ChangeDecision,
    create: Callable[[], CreateClient],
    *,
    precondition: Precondition,
    generators: Generators,
) -> UpsertResult:
    """Change the client of a key, or create one if there is none.

    Raises NotFound for the uuid of a deleted client.
    """
    before = persistence.lock_client_or_survivor(connection, account_id, key)
    if before is None:
        before = lock_if_made_meanwhile(connection, account_id, key)
    precondition.check(before)
    if before is None:
        persistence.refuse_deleted_uuid(connection, account_id, key)
        (created,) = create_clients(connection, account_id, [create()], generators)
        return UpsertResult(created, is_new=True)
    after = change_locked_client(connection, account_id, before, change, generators)
    return UpsertResult(after, is_new=False)


def lock_if_made_meanwhile(connection: Connection, account_id: int, key: LiveKey) -> Client | None:
    """Lock the account, so that no other transaction can create the client of a key; look again.

    If it is there by now, the account is released before the client is locked: whoever changes a
    client locks it first and its account afterwards.
    """
    savepoint = connection.begin_nested()
    account_serials.reserve_serials(connection, account_id)
    queries = lookup.key_and_alias_queries(account_id, key)
    if client_reads.fetch_client(connection, account_id, queries) is None:
        savepoint.commit()  # the account stays locked
        return None
    savepoint.rollback()
    return persistence.lock_client_or_survivor(connection, account_id, key)


def change_clients(
    connection: Connection,
    account_id: int,
    serials: Sequence[int],
    change: ChangeDecision,
    generators: Generators,
) -> tuple[Client, ...]:
    """Change clients by the same decision, in the order of their serials.

    Deleted clients change too, because a bulk change does not edit one client in particular.
    """

    def change_one(before: Client) -> Client:
        after = decide_change(connection, account_id, before, change, generators)
        return save_if_changed(connection, account_id, before, after, generators)

    serials = aliases.current_serials(connection, account_id, serials)
    # All are locked before the first is changed, which locks the account.
    locked = tuple(persistence.lock_clients(connection, account_id, serials))
    return tuple(map(change_one, locked))


def decide_change(
    connection: Connection,
    account_id: int,
    before: Client,
    change: ChangeDecision,
    generators: Generators,
) -> Client:
    """Return the record after the change, with free identities, not saved yet."""
    partial_command = change(before)
    refuse_unstorable(partial_command)
    partial_command = aliases.with_present_contacts(connection, account_id, before, partial_command)
    command, serials = complete_command(connection, account_id, before, partial_command, generators)
    after = client_changes.apply_change(
        before, command, serials=serials, now=generators.clock(), generators=generators
    )
    refuse_taken_identities(connection, account_id, before, after)
    return after


def save_if_changed(
    connection: Connection,
    account_id: int,
    before: Client,
    after: Client,
    generators: Generators,
) -> Client:
    """Save a client unless its record is the same object, and return the record.

    Its time of change is the moment of its arrival: then it is later than those of all changes that
    have been read.
    """
    if after is before:
        return before
    arrival = take_arrival(connection, account_id, generators)
    after = structs.replace(after, updated_at=max(arrival, before.updated_at + MICROSECOND))
    persistence.save_client(connection, account_id, before, after, arrival)
    return after


def complete_command(
    connection: Connection,
    account_id: int,
    before: Client,
    command: ChangeClient,
    generators: Generators,
) -> tuple[ChangeClient, contact_changes.SerialPool]:
    """Return a command with all that the account provides, and the serials for its new parts.

    None becomes a new number, and the account's country unless the command comes from elsewhere.
    """
    contacts = client_changes.count_new_contacts(command)
    documents = client_changes.count_new_documents(command)
    needs_number = command.number is None
    needs_country = command.country_id is None and not isinstance(command, ImportClient)
    if not (needs_number or needs_country or contacts or documents):
        return command, contact_changes.EMPTY_POOL
    reserved = account_serials.reserve_serials(
        connection, account_id, contacts=contacts, documents=documents, numbers=int(needs_number)
    )
    if needs_number:
        (number,) = assign_new_numbers(
            connection, account_id, [command], reserved, generators, serials=[before.serial]
        )
        command = structs.replace(command, number=number)
    if needs_country:
        command = structs.replace(command, country_id=reserved.account.country_id)
    return command, reserved.new_serials


def refuse_taken_identities(
    connection: Connection, account_id: int, before: Client, after: Client
) -> None:
    """Raise Conflict if another client has an identity that the change claims.

    The reservation of nothing locks the account: no other transaction can claim it meanwhile.
    """
    if identity_values(before) == identity_values(after):
        return
    old, new = identities.claimed_identities([before]), identities.claimed_identities([after])
    claims = {field: values for field, values in new.items() if values != old[field]}
    if claims:
        account_serials.reserve_serials(connection, account_id)
        identities.refuse_taken(connection, account_id, claims, owner=after.serial)
