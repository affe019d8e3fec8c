"""Aliases in a transaction: keys that mean a client beside its own ones.

A client that is merged into another keeps being found under its serial, its uuid and its external
id. Its links go to the other client. Where that one has a link with the same service already, the
foreign id becomes an alias: it is neither imported again nor forgotten, and it is open until the
service has been told.

A client that got its serial from another server is found under its former serial too, and so are
its contacts. A former serial is as good as the present one. That of a merged client is not: a
deletion by it must not hit the client that took it in.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import UNSET, structs
from sqlalchemy import Connection, and_, delete, insert, select, update

from storage.database.conditions import in_values
from storage.model.commands import ChangeClient
from storage.model.imports import ForeignAlias
from storage.model.records import Client
from storage.rules.provisional_ids import is_provisional
from storage.schema.row_mapping import RowDict
from storage.schema.tables import ALIAS, CLIENT, ORIGIN

from .filters import Condition

SERIAL = "serial"
LIVE_KEY = "key"
FORMER = "former serial"
CONTACT = "former contact"
"""The namespaces of the store's own keys; every other namespace is a source."""


def add_for_merged(
    connection: Connection, account_id: int, survivor: Client, merged: Client
) -> None:
    """Let the keys and the links of a merged client mean the client that took it in."""
    own_rows = (ALIAS.c.account_id == account_id, ALIAS.c.client_serial == merged.serial)
    forgotten = delete(ALIAS).where(*own_rows, ALIAS.c.namespace == FORMER)
    former = connection.execute(forgotten.returning(ALIAS.c.key)).scalars().all()
    connection.execute(update(ALIAS).where(*own_rows).values(client_serial=survivor.serial))
    # Another client may have the external id of a deleted one.
    keys = [str(merged.uuid), None if merged.is_deleted else merged.external_id]
    given = [(SERIAL, key, False) for key in (str(merged.serial), *former)]
    given += [(LIVE_KEY, key, False) for key in keys if key]
    foreign = move_links(connection, account_id, survivor.serial, merged.serial)
    given += [(source, foreign_id, True) for source, foreign_id in foreign]
    own = {"account_id": account_id, "client_serial": survivor.serial}
    for namespace, key, is_open in given:
        put_alias(connection, own | {"namespace": namespace, "key": key, "is_open": is_open})


def put_alias(connection: Connection, row: RowDict) -> None:
    """Insert an alias. One that meant another client means this one now: the last one counts."""
    same_key = [ALIAS.c[name] == row[name] for name in ("account_id", "namespace", "key")]
    connection.execute(delete(ALIAS).where(*same_key))
    connection.execute(insert(ALIAS).values(row))


def add_former(connection: Connection, account_id: int, serial: int, former: int) -> None:
    """Let another serial mean a client. A client that has that serial itself is found before."""
    row = {"account_id": account_id, "client_serial": serial, "is_open": False}
    put_alias(connection, row | {"namespace": FORMER, "key": str(former)})


def add_former_contacts(
    connection: Connection, account_id: int, client: int, moves: Mapping[int, int]
) -> None:
    """Let former serials of contacts mean the serials to which they have moved."""
    row = {"account_id": account_id, "client_serial": client, "is_open": False}
    for former, serial in moves.items():
        given = {"namespace": CONTACT, "key": str(former), "contact_serial": serial}
        put_alias(connection, row | given)


def current_serials(
    connection: Connection, account_id: int, serials: Sequence[int]
) -> tuple[int, ...]:
    """Return serials with the present ones in the place of former ones."""
    known = find_serials(connection, account_id, [(FORMER, str(serial)) for serial in serials])
    return tuple(known.get((FORMER, str(serial)), serial) for serial in serials)


def with_present_contacts(
    connection: Connection, account_id: int, before: Client, command: ChangeClient
) -> ChangeClient:
    """Return a command whose contacts have the present serials in the place of former ones."""
    drafts = () if command.contacts is UNSET else command.contacts
    given = {draft.serial for draft in drafts if draft.serial and is_provisional(draft.serial)}
    unknown = given - {contact.serial for contact in before.contacts}
    moved = current_contacts(connection, account_id, list(unknown)) if unknown else {}
    if not moved:
        return command
    present = (structs.replace(d, serial=moved.get(d.serial or 0, d.serial)) for d in drafts)
    return structs.replace(command, contacts=tuple(present))


def current_contacts(
    connection: Connection, account_id: int, serials: Sequence[int]
) -> dict[int, int]:
    """Find the present serials of contacts, by their former ones."""
    statement = select(ALIAS.c.key, ALIAS.c.contact_serial).where(
        ALIAS.c.account_id == account_id,
        in_values(ALIAS.c.namespace, [CONTACT]),
        in_values(ALIAS.c.key, [str(serial) for serial in serials]),
    )
    return {int(key): serial for key, serial in connection.execute(statement)}


def move_links(
    connection: Connection, account_id: int, survivor: int, merged: int
) -> list[tuple[str, str]]:
    """Give the links of a merged client to the survivor, who is then out of step with them.

    Returns the (source, foreign id) of those that stay, as the survivor has one of that source.
    """
    statement = select(ORIGIN.c.client_serial, ORIGIN.c.source, ORIGIN.c.foreign_id).where(
        ORIGIN.c.account_id == account_id, ORIGIN.c.client_serial.in_([survivor, merged])
    )
    rows = connection.execute(statement).all()
    taken = {row.source for row in rows if row.client_serial == survivor}
    free = sorted({row.source for row in rows} - taken)
    own_rows = (ORIGIN.c.account_id == account_id, ORIGIN.c.client_serial == merged)
    connection.execute(
        update(ORIGIN)
        .where(*own_rows, in_values(ORIGIN.c.source, free))
        .values(client_serial=survivor, version=0)
    )
    return [
        (row.source, row.foreign_id)
        for row in rows
        if row.client_serial == merged and row.source in taken
    ]


def has_merged(connection: Connection, account_id: int) -> bool:
    """Return whether the account has an alias of a merged client: most have none."""
    own_rows = (ALIAS.c.account_id == account_id, ALIAS.c.namespace.not_in([FORMER, CONTACT]))
    return connection.execute(select(ALIAS.c.key).where(*own_rows).limit(1)).first() is not None


def belongs_to_alias() -> Condition:
    return and_(CLIENT.c.account_id == ALIAS.c.account_id, CLIENT.c.serial == ALIAS.c.client_serial)


def find_survivors(
    connection: Connection, account_id: int, uuids: Sequence[UUID]
) -> dict[UUID, UUID]:
    """Find the uuids of the clients that took in merged clients, by the uuids of these."""
    by_key = {str(uuid): uuid for uuid in uuids}
    statement = (
        select(ALIAS.c.key, CLIENT.c.uuid)
        .join_from(ALIAS, CLIENT, belongs_to_alias())
        .where(ALIAS.c.account_id == account_id, ALIAS.c.namespace == LIVE_KEY)
        .where(in_values(ALIAS.c.key, list(by_key)))
    )
    return {by_key[row.key]: row.uuid for row in connection.execute(statement)}


def find_serials(
    connection: Connection, account_id: int, keys: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """Find the serials of the clients that aliases mean, by (namespace, key)."""
    statement = select(ALIAS).where(
        ALIAS.c.account_id == account_id,
        in_values(ALIAS.c.namespace, [namespace for namespace, _ in keys]),
        in_values(ALIAS.c.key, [key for _, key in keys]),
    )
    rows = connection.execute(statement)
    return {(row.namespace, row.key): row.client_serial for row in rows}


def list_open(connection: Connection, account_id: int, source: str) -> tuple[ForeignAlias, ...]:
    """List the aliases of a source of which its service has not been told, by their ids."""
    statement = select(ALIAS.c.key, ALIAS.c.client_serial).where(
        ALIAS.c.account_id == account_id, ALIAS.c.namespace == source, ALIAS.c.is_open
    )
    rows = connection.execute(statement.order_by(ALIAS.c.key))
    return tuple(ForeignAlias(foreign_id, serial) for foreign_id, serial in rows)


def close_alias(connection: Connection, account_id: int, source: str, foreign_id: str) -> None:
    """Note that a service has been told of a merge."""
    row = (ALIAS.c.account_id == account_id, in_values(ALIAS.c.namespace, [source]))
    statement = update(ALIAS).where(*row, in_values(ALIAS.c.key, [foreign_id]))
    connection.execute(statement.values(is_open=False))
