"""Brings pending entries of SQLite's trigram index up to date, so that tests can compare it."""

from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.migrations.upgrade import MIGRATIONS_FOLDER

INTACT = "INSERT INTO client_search (client_search, rank) VALUES ('integrity-check', 1)"


def migration(revision: str) -> Any:
    """Return the module of a migration."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_FOLDER))
    return ScriptDirectory.from_config(config).get_revision(revision).module


def refuse_a_wrong_index(connection: Connection) -> None:
    """Raise DatabaseError if the index does not match the clients."""
    due = migration("0018")
    for statement in (due.FORGET, due.LEARN, due.DONE, INTACT):
        connection.exec_driver_sql(statement)
