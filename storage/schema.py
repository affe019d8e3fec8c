"""The schema: brought to the newest revision, once, whoever comes first."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, func, select, text

from .errors import Unavailable
from .holders import DatabaseStatus
from .search import ensure_index, has_index, undeclared

UPGRADING = 0x636C69656E7473
"""The lock under which PostgreSQL's starters take turns; SQLite has one writer at a time anyway."""
MIGRATIONS = Path(__file__).parent / "migrations"


def upgraded(connection: Connection) -> None:
    """Run the missing migrations in the write transaction: several starters migrate once."""
    if connection.dialect.name == "postgresql":
        # However long it takes, for this one and for those who wait for it.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(select(func.pg_advisory_xact_lock(UPGRADING)))
    try:
        command.upgrade(configuration(connection), "head")
    except CommandError as error:
        raise Unavailable("its schema is newer than this gateway") from error
    ensure_index(connection)


def configuration(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def status(connection: Connection) -> DatabaseStatus:
    dialect = connection.dialect
    return DatabaseStatus(
        engine=dialect.name,
        version=".".join(map(str, dialect.server_version_info or ())),
        schema=MigrationContext.configure(connection).get_current_revision(),
        newest=str(ScriptDirectory.from_config(configuration(connection)).get_current_head()),
        has_search_index=has_index(connection),
    )


def comparison(connection: Connection) -> dict[str, Any]:
    """Alembic's options: what of a database is compared with the declared tables."""
    hidden = undeclared(connection)
    return {"include_name": lambda name, _kind, _parents: name not in hidden}
