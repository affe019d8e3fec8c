"""Clients that arrive, recognised in a transaction: by their origin, or by what they are."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.clients.filters import is_live
from storage.database.conditions import in_values
from storage.model.imports import Identifiers
from storage.model.records import Origin
from storage.schema.row_mapping import ORIGIN_COLUMNS, origin_from_row
from storage.schema.tables import CLIENT, CONTACT, ORIGIN, TOMBSTONE

from .incoming import IncomingClient


class MatchedClient(NamedTuple):
    """The client that one is; its origin when the two have been together before."""

    serial: int
    origin: Origin | None


LOOKED_UP = {
    "number": CLIENT.c.number_folded,
    "external_id": CLIENT.c.external_id,
    "serial": CLIENT.c.serial,
    "uuid": CLIENT.c.uuid,
}
BY_THEMSELVES = tuple(name for name in LOOKED_UP if name != "number")


def match_clients(
    connection: Connection,
    account_id: int,
    incoming: Sequence[IncomingClient],
    *,
    by_number: bool = False,
) -> dict[int, MatchedClient]:
    """By place in the sequence. An origin says it; failing that a uuid, a serial whose client has
    the same hash (another server's clients have the same serials), an external id; a number only
    for those who keep two services alike."""
    met = match_by_origin(connection, account_id, incoming)
    found = {n: met[key] for n, one in enumerate(incoming) if (key := one.origin.foreign_id) in met}
    rest = {n: one.identifiers for n, one in enumerate(incoming) if n not in found}
    looked_up = LOOKED_UP if by_number else BY_THEMSELVES
    alike = match_by_identifiers(connection, account_id, list(rest.values()), looked_up)
    for n, identifiers in rest.items() if alike else ():
        serial = (
            alike.get(("uuid", identifiers.uuid))
            or alike.get(("serial", (identifiers.serial, identifiers.client_hash)))
            or alike.get(("external_id", identifiers.external_id))
            or alike.get(("number", identifiers.number))
        )
        if serial:
            found[n] = MatchedClient(serial, None)
    return found


def match_by_origin(
    connection: Connection, account_id: int, incoming: Sequence[IncomingClient]
) -> dict[str, MatchedClient]:
    """By foreign id. All that arrive together come from one source."""
    statement = select(ORIGIN.c.client_serial, *ORIGIN_COLUMNS).where(
        ORIGIN.c.account_id == account_id,
        in_values(ORIGIN.c.source, [one.origin.source for one in incoming]),
        in_values(ORIGIN.c.foreign_id, [one.origin.foreign_id for one in incoming]),
    )
    rows = [(serial, origin_from_row(row)) for serial, *row in connection.execute(statement)]
    return {origin.foreign_id: MatchedClient(serial, origin) for serial, origin in rows}


def match_by_identifiers(
    connection: Connection,
    account_id: int,
    identifiers: Sequence[Identifiers],
    names: Iterable[str],
) -> dict[tuple[str, object], int]:
    """Serials of clients by what they share with some of these."""
    found: dict[tuple[str, object], int] = {}
    for name in names:
        column = LOOKED_UP[name]
        given = [value for one in identifiers if (value := getattr(one, name)) is not None]
        if name == "number":
            given = list(filter(None, given))
        statement = select(CLIENT.c.serial, CLIENT.c.client_hash, column.label("value")).where(
            CLIENT.c.account_id == account_id, in_values(column, given)
        )
        if name == "external_id":
            statement = statement.where(is_live())
        for row in connection.execute(statement) if given else ():
            key = (row.serial, row.client_hash) if name == "serial" else row.value
            found[name, key] = row.serial
    return found


def lock_serials(connection: Connection, account_id: int, serials: Iterable[int]) -> set[int]:
    """Those of these clients that are here; until the transaction ends they stay as they are."""
    statement = (
        select(CLIENT.c.serial)
        .where(CLIENT.c.account_id == account_id, in_values(CLIENT.c.serial, serials))
        .order_by(CLIENT.c.serial)
        .with_for_update()
    )
    return set(connection.execute(statement).scalars())


def taken_serials(connection: Connection, account_id: int, serials: Sequence[int]) -> set[int]:
    """Those of these that clients have or had: an id is never given twice."""
    taken: set[int] = set()
    for table in (CLIENT, TOMBSTONE):
        mine = (table.c.account_id == account_id, in_values(table.c.serial, serials))
        taken |= set(connection.execute(select(table.c.serial).where(*mine)).scalars())
    return taken


def taken_contacts(connection: Connection, account_id: int, serials: Sequence[int]) -> set[int]:
    mine = (CONTACT.c.account_id == account_id, in_values(CONTACT.c.serial, serials))
    return set(connection.execute(select(CONTACT.c.serial).where(*mine)).scalars())
