"""Gives a client, in a transaction, the serials that another server has given it and its contacts.

Only provisional serials are replaced: other ones have been given by this store for good. An id is
never given twice, so a serial that another client has, or had, is not taken.
"""

from collections.abc import Mapping

from msgspec import structs
from sqlalchemy import Connection, Table, Update, delete, update

from storage.accounts.arrivals import take_arrival
from storage.accounts.serials import is_valid_serial
from storage.clients import aliases, persistence
from storage.model.generators import Generators
from storage.model.imports import GivenSerials
from storage.model.moments import MICROSECOND
from storage.model.records import Client
from storage.rules.provisional_ids import is_provisional
from storage.schema.row_mapping import RowDict
from storage.schema.tables import ALIAS, CLIENT, CONFLICT, CONTACT, DOCUMENT, ORIGIN, TOMBSTONE

from .matching import find_taken_contacts, find_taken_serials

REFERRING = (CONTACT, DOCUMENT, ORIGIN)
"""The tables whose foreign keys hold a client's serial."""
NOTING = (ALIAS, CONFLICT)
"""Other tables that hold it."""


def adopt_serials(
    connection: Connection, account_id: int, key: int, given: GivenSerials, generators: Generators
) -> Client:
    """Return the client with the serials that it has now."""
    before = persistence.lock_client(connection, account_id, key)
    # Locks the account as well: no other transaction can take the serials.
    arrival = take_arrival(connection, account_id, generators)
    serial = free_serial(connection, account_id, before, given)
    contacts = free_contacts(connection, account_id, before, given)
    if serial == before.serial and not contacts:
        if given.client is not None and given.client != before.serial:
            aliases.add_former(connection, account_id, before.serial, given.client)
        return before
    after = structs.replace(
        before,
        version=before.version + 1,
        updated_at=max(arrival, before.updated_at + MICROSECOND),
    )
    persistence.save_client(connection, account_id, before, after, arrival)
    move_contacts(connection, account_id, before.serial, contacts)
    if serial != before.serial:
        move_client(connection, account_id, before.serial, serial)
    keep_in_step(connection, account_id, serial, (before.version, after.version))
    return persistence.lock_client(connection, account_id, serial)


def free_serial(
    connection: Connection, account_id: int, before: Client, given: GivenSerials
) -> int:
    """Return the serial that the client can have: the given one, else its own."""
    serial = given.client
    if serial is None or not is_provisional(before.serial) or not is_given(serial):
        return before.serial
    taken = find_taken_serials(connection, account_id, [serial])
    return before.serial if taken else serial


def free_contacts(
    connection: Connection, account_id: int, before: Client, given: GivenSerials
) -> dict[int, int]:
    """Return the serials that its contacts can have, by those that they have."""
    wanted = {
        contact.serial: given.contacts[contact.contact_key]
        for contact in before.contacts
        if is_provisional(contact.serial) and is_given(given.contacts.get(contact.contact_key, 0))
    }
    taken = find_taken_contacts(connection, account_id, list(wanted.values())) if wanted else set()
    return {own: serial for own, serial in wanted.items() if serial not in taken}


def is_given(serial: int) -> bool:
    """Whether another server can have given a serial: a provisional one is of a gateway."""
    return is_valid_serial(serial) and not is_provisional(serial)


def move_contacts(
    connection: Connection, account_id: int, client: int, moves: Mapping[int, int]
) -> None:
    for own, serial in moves.items():
        own_row = (CONTACT.c.account_id == account_id, CONTACT.c.serial == own)
        connection.execute(update(CONTACT).where(*own_row).values(serial=serial))
    aliases.add_former_contacts(connection, account_id, client, moves)


def move_client(connection: Connection, account_id: int, own: int, serial: int) -> None:
    """Change the serial of a client in all tables; its former one goes on meaning it."""
    forgotten = (ALIAS.c.account_id == account_id, ALIAS.c.namespace == aliases.FORMER)
    connection.execute(delete(ALIAS).where(*forgotten, ALIAS.c.key == str(serial)))
    for table in NOTING:
        connection.execute(set_client(table, account_id, own, serial))
    at_own = (TOMBSTONE.c.account_id == account_id, TOMBSTONE.c.serial == own)
    connection.execute(update(TOMBSTONE).where(*at_own).values(serial=serial))
    own_row = (CLIENT.c.account_id == account_id, CLIENT.c.serial == own)
    moved = update(CLIENT).where(*own_row).values(serial=serial)
    references = [set_client(table, account_id, own, serial) for table in REFERRING]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for statement in (*references, moved):
            connection.execute(statement)
    else:  # PostgreSQL checks foreign keys at the end of a statement, so it is a single one
        for n, statement in enumerate(references):
            moved = moved.add_cte(statement.cte(f"reference_{n}"))
        connection.execute(moved)
    aliases.add_former(connection, account_id, serial, own)


def set_client(table: Table, account_id: int, own: int, serial: int) -> Update:
    own_rows = (table.c.account_id == account_id, table.c.client_serial == own)
    return update(table).where(*own_rows).values(client_serial=serial)


def keep_in_step(
    connection: Connection, account_id: int, serial: int, versions: tuple[int, int]
) -> None:
    """Move the links on that were in step: no service is to be told of a serial."""
    before, after = versions
    own_rows = (ORIGIN.c.account_id == account_id, ORIGIN.c.client_serial == serial)
    in_step: RowDict = {"version": after}
    connection.execute(update(ORIGIN).where(*own_rows, ORIGIN.c.version == before).values(in_step))
