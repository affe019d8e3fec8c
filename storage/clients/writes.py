"""The steps of a write transaction: reserve, decide, refuse what is taken, save."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from msgspec import structs
from sqlalchemy import Connection

from storage.accounts import serials as account_serials
from storage.accounts.numbering import assign_numbers, used_numbers_finder
from storage.accounts.serials import largest_serial
from storage.model.commands import ChangeClient, ClientKey, CreateClient, LiveKey
from storage.model.errors import Invalid, Problem
from storage.model.generators import Generators
from storage.model.preconditions import Precondition
from storage.model.records import Client, State
from storage.rules import client_changes, contact_changes
from storage.rules.validation import refuse_unstorable

from . import identities, persistence

ChangeDecision = Callable[[Client], ChangeClient]
"""Decides on the locked record what shall change; runs inside the write transaction."""


known_by = attrgetter(*identities.IDENTITIES, "is_deleted")
"""What says which texts a client wants for itself alone."""


class UpsertResult(NamedTuple):
    client: Client
    is_new: bool


def create_clients(
    connection: Connection,
    account_id: int,
    commands: Sequence[CreateClient],
    generators: Generators,
) -> tuple[Client, ...]:
    if not commands:
        return ()
    for command in commands:
        refuse_unstorable(command)
    needs = [max(1, client_changes.count_new_contacts(command)) for command in commands]
    files = sum(map(client_changes.count_new_documents, commands))
    wanted = [command.number or None for command in commands]
    drafts = chain.from_iterable(command.contacts or () for command in commands)
    if brought := [draft.serial for draft in drafts if draft.serial is not None]:
        account_serials.advance_serials(connection, account_id, contact=largest_serial(brought))
    reserved = account_serials.reserve_serials(
        connection,
        account_id,
        clients=len(needs),
        contacts=sum(needs),
        documents=files,
        numbers=wanted.count(None),
    )
    identities.refuse_taken(connection, account_id, identities.claimed_identities(commands))
    numbers = assign_numbers(
        wanted, reserved.counter, used_numbers_finder(connection, account_id), generators
    )
    account_serials.save_number_counter(connection, reserved)
    records = tuple(build_new_clients(commands, reserved.clients, numbers, reserved, generators))
    persistence.insert_clients(connection, account_id, records)
    pairs = zip(records, commands, strict=True)
    origins = [(record.serial, origin) for record, command in pairs for origin in command.origins]
    persistence.insert_origins(connection, account_id, origins)
    return records


def build_new_clients(
    commands: Sequence[CreateClient],
    own: Iterable[int],
    numbers: Sequence[str],
    reserved: account_serials.Reservation,
    generators: Generators,
) -> Iterator[Client]:
    """The records of new clients with serials and numbers of their own."""
    now, serials = generators.clock(), reserved.new_serials
    for command, serial, number in zip(commands, own, numbers, strict=True):
        context = client_changes.NewClientContext(
            account=reserved.account,
            serial=serial,
            number=number,
            serials=serials,
            now=now,
            generators=generators,
        )
        yield client_changes.new_client(command, context)


def change_locked(
    connection: Connection,
    account_id: int,
    before: Client,
    change: ChangeDecision,
    generators: Generators,
) -> Client:
    after = decide_change(connection, account_id, before, change, generators)
    # Only now: whoever edits a deleted client hears first what else is wrong.
    client_changes.refuse_deleted(before)
    return save_if_changed(connection, account_id, before, after)


def change_client(
    connection: Connection,
    account_id: int,
    key: ClientKey,
    change: ChangeDecision,
    *,
    precondition: Precondition,
    generators: Generators,
) -> Client:
    before = persistence.lock_client(connection, account_id, key)
    precondition.check(before)
    return change_locked(connection, account_id, before, change, generators)


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
    before = persistence.lock_client_or_none(connection, account_id, key)
    if before is None:
        # Whoever holds the account is alone in making clients: look again.
        account_serials.reserve_serials(connection, account_id)
        before = persistence.lock_client_or_none(connection, account_id, key)
    precondition.check(before)
    if before is None:
        persistence.refuse_deleted_uuid(connection, account_id, key)
        (made,) = create_clients(connection, account_id, [create()], generators)
        return UpsertResult(made, is_new=True)
    return UpsertResult(
        change_locked(connection, account_id, before, change, generators), is_new=False
    )


def change_clients(
    connection: Connection,
    account_id: int,
    serials: Sequence[int],
    change: ChangeDecision,
    generators: Generators,
) -> tuple[Client, ...]:
    """The deleted ones too: a change of many edits none of them in particular."""

    def changing(before: Client) -> Client:
        after = decide_change(connection, account_id, before, change, generators)
        return save_if_changed(connection, account_id, before, after)

    return tuple(map(changing, persistence.lock_clients(connection, account_id, serials)))


def decide_change(
    connection: Connection,
    account_id: int,
    before: Client,
    change: ChangeDecision,
    generators: Generators,
) -> Client:
    """The record after the change, with nothing that is another's; not yet saved."""
    wanted = change(before)
    refuse_unstorable(wanted)
    command, serials = complete_command(connection, account_id, wanted, generators)
    after = client_changes.apply_change(
        before, command, serials=serials, now=generators.clock(), generators=generators
    )
    refuse_taken_identities(connection, account_id, before, after)
    return after


def save_if_changed(
    connection: Connection, account_id: int, before: Client, after: Client
) -> Client:
    if after is not before:
        persistence.save_client(connection, account_id, before, after)
    return after


def complete_command(
    connection: Connection, account_id: int, command: ChangeClient, generators: Generators
) -> tuple[ChangeClient, contact_changes.SerialPool]:
    """What a command leaves to the account: a number, a country, serials for what is new."""
    need, files = (
        client_changes.count_new_contacts(command),
        client_changes.count_new_documents(command),
    )
    if not need and not files and command.number is not None and command.country_id is not None:
        return command, contact_changes.EMPTY_POOL
    numbered = int(command.number is None)
    reserved = account_serials.reserve_serials(
        connection, account_id, contacts=need, documents=files, numbers=numbered
    )
    if numbered:
        taken = used_numbers_finder(connection, account_id)
        numbers = assign_numbers([None], reserved.counter, taken, generators)
        account_serials.save_number_counter(connection, reserved)
        command = structs.replace(command, number=numbers[0])
    if command.country_id is None:
        command = structs.replace(command, country_id=reserved.account.country_id)
    return command, reserved.new_serials


def set_locked_state(
    connection: Connection, account_id: int, before: Client, state: State, generators: Generators
) -> Client:
    after = client_changes.with_state(before, state, generators.clock())
    if before.is_deleted and not after.is_deleted and after.external_id:
        # It comes back under its external id, unless another client took that meanwhile.
        account_serials.reserve_serials(connection, account_id)
        wanted = identities.claimed_identities([after])["external_id"]
        if identities.is_taken(connection, account_id, "external_id", wanted, after.serial):
            after = structs.replace(after, external_id=None)
    return save_if_changed(connection, account_id, before, after)


def set_client_state(
    connection: Connection,
    account_id: int,
    key: ClientKey,
    state: State,
    *,
    precondition: Precondition,
    generators: Generators,
) -> Client:
    before = persistence.lock_client(connection, account_id, key)
    precondition.check(before)
    return set_locked_state(connection, account_id, before, state, generators)


def set_client_states(
    connection: Connection,
    account_id: int,
    serials: Sequence[int],
    state: State,
    generators: Generators,
) -> tuple[Client, ...]:
    found = persistence.lock_clients(connection, account_id, serials)
    return tuple(
        set_locked_state(connection, account_id, before, state, generators) for before in found
    )


def purge_client(
    connection: Connection,
    account_id: int,
    key: ClientKey,
    precondition: Precondition,
    generators: Generators,
) -> Client:
    """The client as it was."""
    before = persistence.lock_client(connection, account_id, key)
    precondition.check(before)
    persistence.delete_client_rows(connection, account_id, before, generators.clock())
    return before


def merge_clients(
    connection: Connection,
    account_id: int,
    key: ClientKey,
    other: ClientKey,
    *,
    precondition: Precondition,
    generators: Generators,
) -> Client:
    before = persistence.lock_client(connection, account_id, key)
    precondition.check(before)
    source = persistence.lock_client(connection, account_id, other)
    if source.serial == before.serial:
        raise Invalid(Problem(("other",), "is the client itself"))
    now = generators.clock()
    after = client_changes.merge_clients(before, source, now)
    persistence.delete_client_rows(connection, account_id, source, now)
    persistence.save_client(connection, account_id, before, after)
    return after


def refuse_taken_identities(
    connection: Connection, account_id: int, before: Client, after: Client
) -> None:
    if known_by(before) == known_by(after):
        return
    old, new = identities.claimed_identities([before]), identities.claimed_identities([after])
    wanted = {field: values for field, values in new.items() if values != old[field]}
    if wanted:
        account_serials.reserve_serials(connection, account_id)
        identities.refuse_taken(connection, account_id, wanted, owner=after.serial)
