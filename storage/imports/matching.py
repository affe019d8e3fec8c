"""The matching of incoming clients with clients of the account, and with one another.

Two are the same client by their origin, or by what identifies them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from storage.clients import identities, reads as client_reads
from storage.clients.filters import is_live
from storage.database.conditions import in_bound_values, in_values, unique_storable
from storage.database.fast_sql import statements
from storage.model.imports import Identifiers
from storage.model.records import Origin
from storage.rules.validation import is_storable
from storage.schema.row_mapping import ORIGIN_COLUMNS, origin_from_row
from storage.schema.tables import CLIENT, CONTACT, ORIGIN, TOMBSTONE

from . import links
from .incoming import IncomingClient
from .merged_clients import find_merged


class MatchedClient(NamedTuple):
    """The client here that an incoming client is.

    `origin` is their link, None when the two have not been linked before.
    """

    serial: int
    origin: Origin | None


IDENTIFIER_COLUMNS = {
    "external_id": CLIENT.c.external_id,
    "serial": CLIENT.c.serial,
    "uuid": CLIENT.c.uuid,
}
"""The identifiers by which clients are matched. A number is none: two services give the same."""


LOCK_SERIALS = (
    select(CLIENT.c.serial)
    .where(CLIENT.c.account_id == bindparam("account_id"))
    .where(in_bound_values(CLIENT.c.serial, "serials"))
    .order_by(CLIENT.c.serial)
    .with_for_update()
)
SELECT_BY_ORIGIN = (
    select(ORIGIN.c.client_serial, *ORIGIN_COLUMNS)
    .where(ORIGIN.c.account_id == bindparam("account_id"))
    .where(ORIGIN.c.source == bindparam("source"))
    .where(in_bound_values(ORIGIN.c.foreign_id, "foreign_ids"))
)


def match_clients(
    connection: Connection, account_id: int, incoming: Sequence[IncomingClient]
) -> dict[int, MatchedClient]:
    """Match incoming clients with clients here; return the matches by position in the sequence.

    Two clients match by the first of these that they have in common: the origin; the UUID; the
    serial and the client hash (a serial alone says nothing: clients of another server have the same
    serials); the external id; the likely serial, if the incoming client confirms it. One that was
    merged into a client here matches none.
    """
    by_origin = match_by_origin(connection, account_id, incoming)
    matches = {
        n: by_origin[key]
        for n, client in enumerate(incoming)
        if (key := client.origin.foreign_id) in by_origin
    }
    pending = {n: one for n, one in enumerate(incoming) if n not in matches}
    merged = find_merged(connection, account_id, pending)
    unmatched = {n: one.identifiers for n, one in pending.items() if n not in merged}
    owners = match_by_identifiers(connection, account_id, list(unmatched.values()))
    for n, identifiers in unmatched.items() if owners else ():
        if serial := matched_serial(identifiers, owners):
            matches[n] = MatchedClient(serial, None)
    likely = {n: incoming[n] for n in unmatched if n not in matches and incoming[n].likely_serial}
    return matches | (match_likely(connection, account_id, likely) if likely else {})


def match_likely(
    connection: Connection, account_id: int, incoming: Mapping[int, IncomingClient]
) -> dict[int, MatchedClient]:
    """Match clients with those that they may be, unless these have a link with the source."""
    serials = [one.likely_serial for one in incoming.values() if one.likely_serial]
    source = next(iter(incoming.values())).origin.source
    linked = links.find_links(connection, account_id, source, serials)
    records = client_reads.get_by_serials(
        connection, account_id, [serial for serial in serials if serial not in linked]
    )
    return {
        n: MatchedClient(record.serial, None)
        for n, one in incoming.items()
        if (record := records.get(one.likely_serial or 0)) and one.is_same(record)
    }


def matched_serial(identifiers: Identifiers, owners: dict[tuple[str, object], int]) -> int | None:
    return (
        owners.get(("uuid", identifiers.uuid))
        or owners.get(("serial", (identifiers.serial, identifiers.client_hash)))
        or owners.get(("external_id", identifiers.external_id))
    )


def match_by_origin(
    connection: Connection, account_id: int, incoming: Sequence[IncomingClient]
) -> dict[str, MatchedClient]:
    """Find linked clients, by foreign id. All incoming clients come from one source."""
    sources = {one.origin.source for one in incoming if is_storable(one.origin.source)}
    given = {
        "account_id": account_id,
        "source": next(iter(sources), None),
        "foreign_ids": unique_storable(one.origin.foreign_id for one in incoming),
    }
    found = statements.fetch_all(connection, SELECT_BY_ORIGIN, given) if sources else ()
    rows = [(serial, origin_from_row(row)) for serial, *row in found]
    return {origin.foreign_id: MatchedClient(serial, origin) for serial, origin in rows}


def match_by_identifiers(
    connection: Connection, account_id: int, identifiers: Sequence[Identifiers]
) -> dict[tuple[str, object], int]:
    """Find the serials of clients that have one of these identifiers.

    The keys are the name of the identifier and its value; of a serial, the value is the pair of
    serial and client hash.
    """
    serials: dict[tuple[str, object], int] = {}
    for name, column in IDENTIFIER_COLUMNS.items():
        values = [value for one in identifiers if (value := getattr(one, name)) is not None]
        statement = select(CLIENT.c.serial, CLIENT.c.client_hash, column.label("value")).where(
            CLIENT.c.account_id == account_id, in_values(column, values)
        )
        if name == "external_id":
            statement = statement.where(is_live())
        for row in connection.execute(statement) if values else ():
            key = (row.serial, row.client_hash) if name == "serial" else row.value
            serials[name, key] = row.serial
    return serials


def find_by_numbers(
    connection: Connection, account_id: int, numbers: Sequence[str]
) -> dict[str, int]:
    """Find the serials of clients by their folded numbers."""
    statement = select(CLIENT.c.number_folded, CLIENT.c.serial).where(
        CLIENT.c.account_id == account_id, in_values(CLIENT.c.number_folded, numbers)
    )
    return {row.number_folded: row.serial for row in connection.execute(statement)}


def first_occurrences(pending: dict[int, IncomingClient]) -> dict[int, IncomingClient]:
    """Return the clients of which no two can be the same client, by their positions.

    A client that may be the same as an earlier one is left out.
    """
    if are_surely_distinct(pending.values()):
        return pending
    seen: set[tuple[str, object]] = set()
    wave = {}
    for n, incoming in pending.items():
        marks = identity_marks(incoming)
        if seen.isdisjoint(marks):
            wave[n] = incoming
        seen |= marks
    return wave


def are_surely_distinct(incoming: Collection[IncomingClient]) -> bool:
    """Return whether one check of all clients together shows that no two can be the same.

    It costs a fifth of a check of each client.
    """
    if any(one.identifiers.external_id for one in incoming):
        return False  # it may be the UUID of another client
    origins = {one.origin.foreign_id for one in incoming}
    serials = [one.identifiers.serial for one in incoming if one.identifiers.serial is not None]
    uuids = [one.identifiers.uuid for one in incoming if one.identifiers.uuid is not None]
    return len(origins) == len(incoming) and all(
        len(set(values)) == len(values) for values in (serials, uuids)
    )


def identity_marks(incoming: IncomingClient) -> set[tuple[str, object]]:
    """Return names and values by which the client can be matched; an external id also as a UUID."""
    marks: set[tuple[str, object]] = {("origin", incoming.origin.foreign_id)}
    if incoming.likely_serial is not None:
        marks.add(("likely", incoming.likely_serial))
    for name in ("uuid", "serial", "external_id"):
        value = getattr(incoming.identifiers, name)
        if value is not None:
            marks.add((name, value))
        if isinstance(value, str) and identities.UUID_SHAPE.fullmatch(value):
            marks.add(("uuid", UUID(value)))
    return marks


def lock_serials(connection: Connection, account_id: int, serials: Iterable[int]) -> set[int]:
    """Lock clients until the transaction ends; return the serials of those that exist."""
    given = {"account_id": account_id, "serials": unique_storable(serials)}
    rows = statements.fetch_all(connection, LOCK_SERIALS, given) if given["serials"] else ()
    return {serial for (serial,) in rows}


def find_taken_serials(connection: Connection, account_id: int, serials: Sequence[int]) -> set[int]:
    """Find the serials that clients have or had: an id is never given twice."""
    taken_serials: set[int] = set()
    for table in (CLIENT, TOMBSTONE):
        own_rows = (table.c.account_id == account_id, in_values(table.c.serial, serials))
        taken_serials |= set(connection.execute(select(table.c.serial).where(*own_rows)).scalars())
    return taken_serials


def find_taken_contacts(
    connection: Connection, account_id: int, serials: Sequence[int]
) -> set[int]:
    """Find the serials that contacts have, deleted ones too."""
    own_rows = (CONTACT.c.account_id == account_id, in_values(CONTACT.c.serial, serials))
    return set(connection.execute(select(CONTACT.c.serial).where(*own_rows)).scalars())
