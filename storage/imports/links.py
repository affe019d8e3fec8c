"""Links between clients here and clients of other services: the rows of the origin table."""

from collections.abc import Sequence
from typing import Any

from msgspec import structs
from sqlalchemy import BigInteger, Connection, Select, and_, bindparam, delete, func, or_, select

from storage.clients import aliases
from storage.clients.filters import is_live
from storage.database.conditions import in_bound_values, in_values, unique_storable
from storage.database.fast_sql import bulk_rows, statements
from storage.model.imports import ClientLink
from storage.model.limits import MAX_INTEGER
from storage.model.records import Origin
from storage.rules.validation import is_storable
from storage.schema.row_mapping import ORIGIN_COLUMNS, origin_from_row
from storage.schema.tables import CLIENT, ORIGIN


def select_out_of_step(column: Any) -> Select[Any]:
    """Build the statement that selects a column of the clients that are not in step."""
    link = and_(
        ORIGIN.c.account_id == CLIENT.c.account_id,
        ORIGIN.c.client_serial == CLIENT.c.serial,
        ORIGIN.c.source == bindparam("source"),
    )
    return (
        select(column)
        .select_from(CLIENT.outerjoin(ORIGIN, link))
        .where(
            CLIENT.c.account_id == bindparam("account_id"),
            or_(ORIGIN.c.version.is_(None), ORIGIN.c.version != CLIENT.c.version),
        )
    )


LIST_OUT_OF_STEP = (
    select_out_of_step(CLIENT.c.serial)
    .where(CLIENT.c.serial > bindparam("after"))
    .order_by(CLIENT.c.serial)
    .limit(bindparam("limit", type_=BigInteger))
)
COUNT_OUT_OF_STEP = select_out_of_step(func.count()).where(
    or_(CLIENT.c.is_deleted.is_(False), ORIGIN.c.client_serial.is_not(None))
)
SELECT_LINKS = (
    select(ORIGIN.c.client_serial, *ORIGIN_COLUMNS)
    .where(ORIGIN.c.account_id == bindparam("account_id"))
    .where(ORIGIN.c.source == bindparam("source"))
    .where(in_bound_values(ORIGIN.c.client_serial, "serials"))
)


def save_links(connection: Connection, account_id: int, links: Sequence[ClientLink]) -> None:
    """Insert links; each replaces the earlier links of its client and of its foreign id.

    All links have the same source. Of links that share a side, the last one counts.
    """
    if not links:
        return
    source = [links[0].origin.source]
    for column, values in (
        (ORIGIN.c.foreign_id, [link.origin.foreign_id for link in links]),
        (ORIGIN.c.client_serial, [link.serial for link in links]),
    ):
        own_rows = (ORIGIN.c.account_id == account_id, in_values(ORIGIN.c.source, source))
        connection.execute(delete(ORIGIN).where(*own_rows, in_values(column, values)))
    rows = [
        structs.asdict(link.origin) | {"account_id": account_id, "client_serial": link.serial}
        for link in latest_links(links)
    ]
    bulk_rows.insert_rows(connection, ORIGIN, rows)


def latest_links(links: Sequence[ClientLink]) -> list[ClientLink]:
    """Return the links without those that share a client or a foreign id with a later one.

    The order is reversed.
    """
    latest: list[ClientLink] = []
    serials: set[int] = set()
    foreign_ids: set[str] = set()
    for link in reversed(links):
        if link.serial in serials or link.origin.foreign_id in foreign_ids:
            continue
        serials.add(link.serial)
        foreign_ids.add(link.origin.foreign_id)
        latest.append(link)
    return latest


def delete_link(connection: Connection, account_id: int, source: str, foreign_id: str) -> None:
    """Delete the link of a foreign id at a source, if there is one."""
    own_rows = (ORIGIN.c.account_id == account_id, in_values(ORIGIN.c.source, [source]))
    connection.execute(
        delete(ORIGIN).where(*own_rows, in_values(ORIGIN.c.foreign_id, [foreign_id]))
    )


def scan_links(
    connection: Connection, account_id: int, source: str, after: int, limit: int
) -> list[ClientLink]:
    """List links with a source in the order of the clients' serials, those after `after`."""
    statement = (
        select(ORIGIN.c.client_serial, *ORIGIN_COLUMNS)
        .where(
            ORIGIN.c.account_id == account_id,
            ORIGIN.c.source == source,
            ORIGIN.c.client_serial > min(after, MAX_INTEGER),
        )
        .order_by(ORIGIN.c.client_serial)
        .limit(limit)
    )
    return [
        ClientLink(serial, origin_from_row(values))
        for serial, *values in connection.execute(statement)
    ]


def list_out_of_step(
    connection: Connection, account_id: int, source: str, after: int, limit: int
) -> list[int]:
    """List the serials after `after` of clients that are not in step with a source, in order.

    In step is a client whose link has its present version. Only covering indexes are read.
    """
    given = {
        "account_id": account_id,
        "source": source,
        "after": min(after, MAX_INTEGER),
        "limit": limit,
    }
    return [serial for (serial,) in statements.fetch_all(connection, LIST_OUT_OF_STEP, given)]


def count_out_of_step(connection: Connection, account_id: int, source: str) -> int:
    """Count the clients that are not in step with a source and are not deleted and unlinked."""
    given = {"account_id": account_id, "source": source}
    [[number]] = statements.fetch_all(connection, COUNT_OUT_OF_STEP, given)
    return int(number)


def find_links(
    connection: Connection, account_id: int, source: str, serials: Sequence[int]
) -> dict[int, Origin]:
    """Find the origins that clients have at a source, by the clients' serials."""
    given = {"account_id": account_id, "source": source, "serials": unique_storable(serials)}
    if not given["serials"] or not is_storable(source):
        return {}
    rows = statements.fetch_all(connection, SELECT_LINKS, given)
    return {serial: origin_from_row(values) for serial, *values in rows}


def find_linked(
    connection: Connection, account_id: int, source: str, foreign_ids: Sequence[str]
) -> dict[str, int]:
    """Find the serials of the clients that are linked with these ids at a source."""
    if not foreign_ids:
        return {}
    statement = select(ORIGIN.c.foreign_id, ORIGIN.c.client_serial).where(
        ORIGIN.c.account_id == account_id,
        in_values(ORIGIN.c.source, [source]),
        in_values(ORIGIN.c.foreign_id, foreign_ids),
    )
    return {row.foreign_id: row.client_serial for row in connection.execute(statement)}


def find_serials(connection: Connection, account_id: int, serials: Sequence[int]) -> dict[int, int]:
    """Find the clients that have or had serials: their serials now, by those."""
    if not serials:
        return {}
    statement = select(CLIENT.c.serial).where(
        CLIENT.c.account_id == account_id, in_values(CLIENT.c.serial, serials)
    )
    found = {serial: serial for serial in connection.execute(statement).scalars()}
    former = [str(one) for one in serials if one not in found]
    keys = [(namespace, key) for namespace in (aliases.SERIAL, aliases.FORMER) for key in former]
    known = aliases.find_serials(connection, account_id, keys) if keys else {}
    return found | {int(key): serial for (_, key), serial in known.items()}


def find_external_ids(
    connection: Connection, account_id: int, keys: Sequence[str]
) -> dict[str, int]:
    """Find the serials of the clients that are not deleted and have these external ids."""
    if not keys:
        return {}
    statement = select(CLIENT.c.external_id, CLIENT.c.serial).where(
        CLIENT.c.account_id == account_id, is_live(), in_values(CLIENT.c.external_id, keys)
    )
    return {row.external_id: row.serial for row in connection.execute(statement)}
