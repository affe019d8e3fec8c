"""Purges and merges clients in a write transaction: both remove all rows of a client."""

from sqlalchemy import Connection

from storage.accounts.arrivals import take_arrival
from storage.model.commands import ClientKey
from storage.model.errors import Invalid, Problem
from storage.model.generators import Generators
from storage.model.preconditions import Precondition
from storage.model.records import Client
from storage.rules import client_merge

from . import aliases, persistence


def purge_client(
    connection: Connection,
    account_id: int,
    key: ClientKey,
    precondition: Precondition,
    generators: Generators,
) -> Client:
    """Delete a client with all its rows, and return its last record."""
    before = persistence.lock_client(connection, account_id, key)
    precondition.check(before)
    arrival = take_arrival(connection, account_id, generators)
    persistence.delete_client_rows(connection, account_id, before, arrival)
    return before


def merge_clients(
    connection: Connection,
    account_id: int,
    key: ClientKey,
    other: ClientKey,
    *,
    precondition: Precondition,
    merged: Precondition,
    generators: Generators,
) -> Client:
    """Move the contents of the client `other` to the client of a key, and purge `other`.

    Its keys and its links with services then mean the client of the key.
    """
    before = persistence.lock_client(connection, account_id, key)
    precondition.check(before)
    source = persistence.lock_client(connection, account_id, other)
    merged.check(source)
    if source.serial == before.serial:
        raise Invalid(Problem(("other",), "is the client itself"))
    arrival = take_arrival(connection, account_id, generators)
    after = client_merge.merge_clients(before, source, arrival)
    aliases.add_for_merged(connection, account_id, after, source)
    persistence.delete_client_rows(connection, account_id, source, arrival)
    persistence.save_client(connection, account_id, before, after, arrival)
    return after
