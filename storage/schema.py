"""The schema: brought to the newest revision, once, whoever comes first."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from .engines import WRITES
from .errors import Unavailable
from .search import index_tables

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Run the missing migrations in one write transaction: several starters migrate once.

    Raises Unavailable for a schema that only a later gateway knows.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.connect().execution_options(**WRITES) as connection, connection.begin():
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise Unavailable("its schema is newer than this gateway") from error


def comparison(connection: Connection) -> dict[str, Any]:
    """Alembic's options: what of a database is compared with the declared tables."""
    hidden = index_tables(connection)
    return {"include_name": lambda name, kind, _parents: kind != "table" or name not in hidden}
