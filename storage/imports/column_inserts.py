"""The bulk insert of column batches of new clients, with no query for any single client.

Strategy:

1. Check in memory that no two incoming clients claim the same identifier, and that the origins of
   all can be stored.
2. Where other transactions may write at the same time: check that no identifier is known here, then
   lock the clients that match clients outside the columns.
3. Lock the account. Then no other transaction writes to it, and what others wrote is visible.
4. Check once more that no identifier is known here, with a few queries for all columns.
5. Advance the account's serials, insert the rows, add tombstones, and register the new clients in
   SQLite's index and block counts.

When a check fails nothing is inserted, and merge.py imports the clients one by one. The result is
the same; only the time differs.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress, repeat
from typing import Any

from sqlalchemy import Connection, select

from storage.accounts import serials as account_serials
from storage.accounts.arrivals import take_arrival
from storage.accounts.numbering import used_numbers_finder
from storage.accounts.serials import Reservation, is_valid_serial
from storage.clients import aliases, tombstones
from storage.database.conditions import in_values
from storage.database.fast_sql import statements
from storage.indexes import new_clients
from storage.model.generators import Generators
from storage.model.limits import MAX_LENGTHS
from storage.model.moments import stored_moment
from storage.rules.validation import is_storable
from storage.schema.tables import CLIENT, CONTACT, ORIGIN

from . import merge
from .incoming import IncomingBatch, IncomingColumns
from .matching import find_taken_contacts, find_taken_serials
from .merge import has_exclusive_write


def insert_columns(
    connection: Connection, account_id: int, batch: IncomingBatch, generators: Generators
) -> bool:
    """Insert the column batches if all their clients are new, and return whether they are.

    Otherwise nothing is inserted.
    """
    if not are_all_distinct(batch) or not can_have_origins(batch):
        return False
    if not has_exclusive_write(connection):
        if is_any_known(connection, account_id, batch):
            return False
        # Clients are locked before their account, as merge.py does.
        merge.lock_known(connection, account_id, batch.others)
    # With the account locked no other transaction writes here, and earlier writes are visible.
    reserved = account_serials.reserve_serials(connection, account_id)
    if is_any_known(connection, account_id, batch, reserved):
        return False
    arrival = take_arrival(connection, account_id, generators)
    insert_new_columns(connection, account_id, batch, stored_moment(arrival))
    return True


def insert_new_columns(
    connection: Connection, account_id: int, batch: IncomingBatch, arrival: int
) -> None:
    """Insert the rows of all columns, with their tombstones, index entries and block counts."""
    prepared = [one.prepared for one in batch.columns]
    serials = flatten(one.serials for one in prepared)
    contacts = flatten(one.contacts for one in prepared)
    account_serials.advance_serials(
        connection, account_id, client=max(serials), contact=max(contacts)
    )
    for columns in batch.columns:
        client_rows, contact_rows = columns.prepared.decode_rows(account_id, arrival)
        statements.insert_encoded(connection, CLIENT, client_rows)
        statements.insert_encoded(connection, CONTACT, contact_rows)
        origins = origin_rows(account_id, batch.source, columns)
        statements.insert_encoded(connection, ORIGIN, origins)
    archived_flags = flatten(one.are_archived for one in prepared)
    deleted_flags = flatten(one.are_deleted for one in prepared)
    tombstones.add_tombstones(connection, account_id, list(compress(serials, deleted_flags)))
    new_clients.register_new_clients(
        connection, account_id, list(zip(serials, archived_flags, deleted_flags, strict=True))
    )


def are_all_distinct(batch: IncomingBatch) -> bool:
    """Return whether no two clients of the batch claim the same identifier.

    False also for a serial out of range, and for a UUID or an external id outside the columns.
    """
    columns, others = [one.prepared for one in batch.columns], [o.identifiers for o in batch.others]
    if any(one.uuid or one.external_id for one in others):
        return False
    ids = flatten(one.foreign_ids for one in batch.columns)
    serials = flatten(one.serials for one in columns)
    numbers = flatten(one.numbers for one in columns)
    contacts = flatten(one.contacts for one in columns)
    return all(map(is_valid_serial, chain(serials, contacts))) and all(
        len(set(values)) == len(values)
        for values in (
            [*ids, *(one.origin.foreign_id for one in batch.others)],
            [*serials, *(one.serial for one in others if one.serial is not None)],
            [*numbers, *(one.number for one in others if one.number)],
            [*contacts, *chain.from_iterable(one.contacts for one in others)],
        )
    )


def can_have_origins(batch: IncomingBatch) -> bool:
    """Return whether the origins of all columns can be stored."""
    ids = flatten(one.foreign_ids for one in batch.columns)
    texts = "".join([batch.source, *ids, *flatten(one.stamps for one in batch.columns)])
    is_short = len(batch.source) <= MAX_LENGTHS["source"]
    return is_short and is_storable(texts) and max(map(len, ids)) <= MAX_LENGTHS["foreign_id"]


def is_any_known(
    connection: Connection,
    account_id: int,
    batch: IncomingBatch,
    reserved: Reservation | None = None,
) -> bool:
    """Return whether a client here has, or had, an identifier or origin that the columns claim.

    With a reservation, serials that the account has not given yet are not looked up: no client has
    them.
    """
    columns = [one.prepared for one in batch.columns]
    serials = flatten(one.serials for one in columns)
    contacts = flatten(one.contacts for one in columns)
    if reserved is not None:
        serials = [serial for serial in serials if serial < reserved.clients.stop]
        contacts = [serial for serial in contacts if serial < reserved.contacts.stop]
    known_origins = select(ORIGIN.c.foreign_id).where(
        ORIGIN.c.account_id == account_id,
        in_values(ORIGIN.c.source, [batch.source]),
        in_values(ORIGIN.c.foreign_id, flatten(one.foreign_ids for one in batch.columns)),
    )
    return bool(
        connection.execute(known_origins.limit(1)).first()
        or aliases.has_merged(connection, account_id)
        or (serials and find_taken_serials(connection, account_id, serials))
        or (contacts and find_taken_contacts(connection, account_id, contacts))
        or used_numbers_finder(connection, account_id)(flatten(one.numbers for one in columns))
    )


def flatten(parts: Iterable[Sequence[Any]]) -> list[Any]:
    return list(chain.from_iterable(parts))


def origin_rows(
    account_id: int, source: str, columns: IncomingColumns
) -> Iterator[tuple[Any, ...]]:
    """Return the encoded rows of the clients' origins."""
    values = {
        "account_id": repeat(account_id),
        "source": repeat(source),
        "foreign_id": columns.foreign_ids,
        "client_serial": columns.prepared.serials,
        "foreign_updated_at": columns.updated_at,
        "stamp": columns.stamps,
        "version": columns.prepared.versions,
        "agreed": repeat(None),
    }
    return zip(*(values[column.name] for column in ORIGIN.c), strict=False)
