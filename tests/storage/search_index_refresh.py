"""SQLite's index of trigrams: what it is due to learn, learned at once; then it can be compared."""

from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.migrations.upgrade import MIGRATIONS

INTACT = "INSERT INTO client_search (client_search, rank) VALUES ('integrity-check', 1)"


def migration(revision: str) -> Any:
    """The module of a migration."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config).get_revision(revision).module


def refuse_a_wrong_index(connection: Connection) -> None:
    """Raises DatabaseError for an index that does not hold what the clients hold."""
    due = migration("0018")
    for statement in (due.FORGET, due.LEARN, due.DONE, INTACT):
        connection.exec_driver_sql(statement)
