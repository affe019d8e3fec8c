"""Arrivals of imported clients in tests."""

from sqlalchemy import update

from storage.schema.tables import CLIENT
from storage.store import Store


def let_arrive_when_changed(store: Store, account_id: int) -> None:
    """Let the clients of an account have arrived at their times of change, as if not imported."""
    statement = update(CLIENT).where(CLIENT.c.account_id == account_id)
    with store._engine.begin() as connection:
        connection.execute(statement.values(arrived_at=CLIENT.c.updated_at))
