"""Runs the missing revisions with Alembic, for `upgrade`.

It is imported only when a migration is missing, because Alembic loads slowly.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from storage.model.errors import Unavailable


def run_migrations(connection: Connection) -> None:
    """Run all migrations that the database does not have yet.

    Raises Unavailable if its schema has a revision that this gateway does not know.
    """
    try:
        command.upgrade(alembic_config(connection), "head")
    except CommandError as error:
        raise Unavailable("its schema is newer than this gateway") from error


def alembic_config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
