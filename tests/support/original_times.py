"""Times of clients that the original leaves as they are, where our store moves them."""

from typing import Any

from sqlalchemy import select, update

from storage.schema.tables import CLIENT
from storage.store import Store


def read_times(store: Store, account_id: int, serial: int) -> tuple[Any, ...] | None:
    """Return the times of a client, None if there is none."""
    statement = select(CLIENT.c.updated_at, CLIENT.c.arrived_at)
    with store._engine.begin() as connection:
        row = connection.execute(statement.where(*own_row(account_id, serial))).first()
    return tuple(row) if row else None


def write_times(store: Store, account_id: int, serial: int, times: tuple[Any, ...]) -> None:
    """Set the times of a client. It gets a new version, so that no cache shows the other times."""
    updated_at, arrived_at = times
    values = {"updated_at": updated_at, "arrived_at": arrived_at, "version": CLIENT.c.version + 1}
    statement = update(CLIENT).where(*own_row(account_id, serial)).values(values)
    with store._engine.begin() as connection:
        connection.execute(statement)


def own_row(account_id: int, serial: int) -> tuple[Any, ...]:
    return CLIENT.c.account_id == account_id, CLIENT.c.serial == serial
