"""The schema: brought to the newest revision, once, whoever comes first."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, inspect, select, text

from storage.indexes.trigram_search import ensure_index, has_index, undeclared_tables
from storage.model.accounts import DatabaseStatus

UPGRADING = 0x636C69656E7473
"""The lock under which PostgreSQL's starters take turns; SQLite has one writer at a time anyway."""
MIGRATIONS = Path(__file__).parent
NEWEST = max(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))[:4]
"""The files are named after their revisions."""
REVISION = text("SELECT version_num FROM alembic_version")


def upgrade_schema(connection: Connection) -> None:
    """Run the missing migrations in the write transaction: several starters migrate once."""
    if connection.dialect.name == "postgresql":
        # However long it takes, for this one and for those who wait for it.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(select(func.pg_advisory_xact_lock(UPGRADING)))
    if current_revision(connection) != NEWEST:
        # Alembic takes longer to load than all that a start has to do besides.
        from storage.migrations.alembic_runner import run_migrations as upgrade

        upgrade(connection)
    ensure_index(connection)


def current_revision(connection: Connection) -> str | None:
    """Where the schema is; None where there is none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(REVISION).scalar_one_or_none()
    return found


def database_status(connection: Connection) -> DatabaseStatus:
    dialect = connection.dialect
    return DatabaseStatus(
        engine=dialect.name,
        version=".".join(map(str, dialect.server_version_info or ())),
        schema=current_revision(connection),
        newest=NEWEST,
        has_search_index=has_index(connection),
    )


def autogenerate_options(connection: Connection) -> dict[str, Any]:
    """Alembic's options: what of a database is compared with the declared tables."""
    hidden = undeclared_tables(connection)
    return {"include_name": lambda name, _kind, _parents: name not in hidden}
