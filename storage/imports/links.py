"""Origins in a transaction: which client of ours is which one of another service."""

from collections.abc import Sequence

from msgspec import structs
from sqlalchemy import Connection, delete, select

from storage.database.conditions import in_values
from storage.database.fast_sql import bulk_rows
from storage.model.imports import ClientLink
from storage.model.records import Origin
from storage.schema.row_mapping import ORIGIN_COLUMNS, origin_from_row
from storage.schema.tables import ORIGIN


def save_links(connection: Connection, account_id: int, links: Sequence[ClientLink]) -> None:
    """Each takes the place of what was known of either side. All are of one source."""
    if not links:
        return
    source = [links[0].origin.source]
    for column, values in (
        (ORIGIN.c.foreign_id, [link.origin.foreign_id for link in links]),
        (ORIGIN.c.client_serial, [link.serial for link in links]),
    ):
        mine = (ORIGIN.c.account_id == account_id, in_values(ORIGIN.c.source, source))
        connection.execute(delete(ORIGIN).where(*mine, in_values(column, values)))
    rows = [
        structs.asdict(link.origin) | {"account_id": account_id, "client_serial": link.serial}
        for link in latest_links(links)
    ]
    bulk_rows.insert_rows(connection, ORIGIN, rows)


def latest_links(links: Sequence[ClientLink]) -> list[ClientLink]:
    """Of those that share a side the last one."""
    kept: list[ClientLink] = []
    serials: set[int] = set()
    foreign_ids: set[str] = set()
    for link in reversed(links):
        if link.serial in serials or link.origin.foreign_id in foreign_ids:
            continue
        serials.add(link.serial)
        foreign_ids.add(link.origin.foreign_id)
        kept.append(link)
    return kept


def remove_link(connection: Connection, account_id: int, source: str, foreign_id: str) -> None:
    mine = (ORIGIN.c.account_id == account_id, in_values(ORIGIN.c.source, [source]))
    connection.execute(delete(ORIGIN).where(*mine, in_values(ORIGIN.c.foreign_id, [foreign_id])))


def find_links(
    connection: Connection, account_id: int, source: str, serials: Sequence[int]
) -> dict[int, Origin]:
    """By serial: what these clients are at a source."""
    statement = select(ORIGIN.c.client_serial, *ORIGIN_COLUMNS).where(
        ORIGIN.c.account_id == account_id,
        in_values(ORIGIN.c.source, [source]),
        in_values(ORIGIN.c.client_serial, serials),
    )
    return {serial: origin_from_row(values) for serial, *values in connection.execute(statement)}
