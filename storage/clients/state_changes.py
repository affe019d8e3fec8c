"""Archives, deletes and restores clients in a write transaction."""

from collections.abc import Sequence

from msgspec import structs
from sqlalchemy import Connection

from storage.accounts import serials as account_serials
from storage.model.commands import ClientKey
from storage.model.generators import Generators
from storage.model.preconditions import Precondition
from storage.model.records import Client, State
from storage.rules import client_changes

from . import aliases, identities, persistence, writes as client_writes


def set_locked_client_state(
    connection: Connection, account_id: int, before: Client, state: State, generators: Generators
) -> Client:
    """Set the state of a locked client and save it.

    A restored client loses its external id if another client has taken it meanwhile.
    """
    after = client_changes.with_state(before, state, generators.clock())
    if before.is_deleted and not after.is_deleted and after.external_id:
        # This locks the account: no other transaction can claim the external id from here on.
        account_serials.reserve_serials(connection, account_id)
        external_ids = identities.claimed_identities([after])["external_id"]
        if identities.is_taken(connection, account_id, "external_id", external_ids, after.serial):
            after = structs.replace(after, external_id=None)
    return client_writes.save_if_changed(connection, account_id, before, after, generators)


def set_client_state(
    connection: Connection,
    account_id: int,
    key: ClientKey,
    state: State,
    *,
    precondition: Precondition,
    generators: Generators,
) -> Client:
    """Lock the client of a key, check the precondition and set the state of the client."""
    before = persistence.lock_client(connection, account_id, key)
    precondition.check(before)
    return set_locked_client_state(connection, account_id, before, state, generators)


def set_client_states(
    connection: Connection,
    account_id: int,
    serials: Sequence[int],
    state: State,
    generators: Generators,
) -> tuple[Client, ...]:
    """Set the state of clients, in the order of their serials."""
    serials = aliases.current_serials(connection, account_id, serials)
    # All are locked before the first is changed, which locks the account.
    locked = tuple(persistence.lock_clients(connection, account_id, serials))
    return tuple(
        set_locked_client_state(connection, account_id, before, state, generators)
        for before in locked
    )
