"""Crowds of clients that are all new, into a transaction without a look at any of them alone.

That all are new, and that none wants what another one has or wants, is asked of all at once. Where
it is not so importing.py settles everybody one by one: nothing differs but the time it takes.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress, repeat
from typing import Any

from sqlalchemy import Connection, select

from storage.accounts import serials as account_serials
from storage.accounts.numbering import used_numbers_finder
from storage.accounts.serials import Reservation, is_valid_serial
from storage.clients import tombstones
from storage.database.conditions import in_values
from storage.database.fast_sql import statements
from storage.indexes import new_clients
from storage.model.limits import MAX_LENGTHS
from storage.rules.validation import is_storable
from storage.schema.tables import CLIENT, CONTACT, ORIGIN

from . import merge
from .incoming import IncomingBatch, IncomingColumns
from .matching import taken_contacts, taken_serials
from .merge import has_exclusive_write


def insert_columns(connection: Connection, account_id: int, batch: IncomingBatch) -> bool:
    """Whether all crowds were new, and are here now; if not, nothing has been done."""
    columns = batch.columns
    if not are_all_distinct(batch) or not can_have_origins(batch):
        return False
    if not has_exclusive_write(connection):
        if is_any_known(connection, account_id, batch):
            return False
        # Clients before their account, as importing.py locks them.
        merge.lock_known(connection, account_id, batch.others)
    # Whoever holds the account is alone with it, and whoever came before can be seen.
    reserved = account_serials.reserve_serials(connection, account_id)
    if is_any_known(connection, account_id, batch, reserved):
        return False
    serials = flatten(one.prepared.serials for one in columns)
    contacts = flatten(one.prepared.contacts for one in columns)
    account_serials.advance_serials(
        connection, account_id, client=max(serials), contact=max(contacts)
    )
    for one in columns:
        clients, people = one.prepared.decode_rows(account_id)
        statements.insert_encoded(connection, CLIENT, clients)
        statements.insert_encoded(connection, CONTACT, people)
        statements.insert_encoded(connection, ORIGIN, origin_rows(account_id, batch.source, one))
    archived = flatten(one.prepared.are_archived for one in columns)
    deleted = flatten(one.prepared.are_deleted for one in columns)
    tombstones.add_tombstones(connection, account_id, list(compress(serials, deleted)))
    new_clients.register_new_clients(
        connection, account_id, list(zip(serials, archived, deleted, strict=True))
    )
    return True


def are_all_distinct(batch: IncomingBatch) -> bool:
    """Whether no two of all want to be known by the same."""
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
    """Whether what is kept of where they come from can be."""
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
    """Whether somebody here has, or had, any of what they want. Nobody has a serial that the
    account, once it is reserved, is still to give."""
    columns = [one.prepared for one in batch.columns]
    serials = flatten(one.serials for one in columns)
    contacts = flatten(one.contacts for one in columns)
    if reserved is not None:
        serials = [serial for serial in serials if serial < reserved.clients.stop]
        contacts = [serial for serial in contacts if serial < reserved.contacts.stop]
    met = select(ORIGIN.c.foreign_id).where(
        ORIGIN.c.account_id == account_id,
        in_values(ORIGIN.c.source, [batch.source]),
        in_values(ORIGIN.c.foreign_id, flatten(one.foreign_ids for one in batch.columns)),
    )
    return bool(
        connection.execute(met.limit(1)).first()
        or (serials and taken_serials(connection, account_id, serials))
        or (contacts and taken_contacts(connection, account_id, contacts))
        or used_numbers_finder(connection, account_id)(flatten(one.numbers for one in columns))
    )


def flatten(parts: Iterable[Sequence[Any]]) -> list[Any]:
    return list(chain.from_iterable(parts))


def origin_rows(account_id: int, source: str, one: IncomingColumns) -> Iterator[tuple[Any, ...]]:
    columns = {
        "account_id": repeat(account_id),
        "source": repeat(source),
        "foreign_id": one.foreign_ids,
        "client_serial": one.prepared.serials,
        "foreign_updated_at": one.updated_at,
        "stamp": one.stamps,
        "version": one.prepared.versions,
    }
    return zip(*(columns[column.name] for column in ORIGIN.c), strict=False)
