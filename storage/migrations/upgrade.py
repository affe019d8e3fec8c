"""Schema upgrade to the newest revision.

Decides whether revisions are missing; `alembic_runner` then runs them. When several processes
start at once, one of them runs the migrations.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, inspect, select, text

from storage.indexes.trigram_search import ensure_index, has_index, undeclared_tables
from storage.model.accounts import DatabaseStatus

UPGRADE_LOCK_KEY = 0x636C69656E7473
"""PostgreSQL's advisory lock for one upgrade at a time. SQLite has one writer anyway."""
MIGRATIONS_FOLDER = Path(__file__).parent
NEWEST_REVISION = max(f.name for f in (MIGRATIONS_FOLDER / "versions").glob("[0-9]*.py"))[:4]
"""The name of a migration's file begins with its revision."""
SELECT_REVISION = text("SELECT version_num FROM alembic_version")


def upgrade_schema(connection: Connection) -> None:
    """Run the missing migrations in this write transaction, and create the search index.

    When several processes start at once, the others wait and then find nothing to do. Raises
    Unavailable if the schema is newer than this gateway.
    """
    if connection.dialect.name == "postgresql":
        # No timeout: a migration may take long, and the other processes wait for it.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(select(func.pg_advisory_xact_lock(UPGRADE_LOCK_KEY)))
    if current_revision(connection) != NEWEST_REVISION:
        # Imported here because Alembic takes longer to load than the rest of a start.
        from storage.migrations.alembic_runner import run_migrations

        run_migrations(connection)
    ensure_index(connection)


def current_revision(connection: Connection) -> str | None:
    """Return the revision of the schema; None if the database has no schema."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(SELECT_REVISION).scalar_one_or_none()
    return revision


def has_newest_schema(connection: Connection) -> bool:
    """Return whether the schema is the one that this gateway needs."""
    return current_revision(connection) == NEWEST_REVISION


def probe_write(connection: Connection) -> None:
    """Write a value that nobody reads, so that the commit must reach the disk.

    SQLite would not write a value that stays the same.
    """
    if connection.dialect.name == "sqlite":
        number: int = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        connection.exec_driver_sql(f"PRAGMA user_version = {(number + 1) % 2**31}")
    else:
        connection.execute(text("UPDATE alembic_version SET version_num = version_num"))


def database_status(connection: Connection) -> DatabaseStatus:
    """Return the engine, the version and the schema revision of the database."""
    dialect = connection.dialect
    return DatabaseStatus(
        engine=dialect.name,
        version=".".join(map(str, dialect.server_version_info or ())),
        schema=current_revision(connection),
        newest=NEWEST_REVISION,
        has_search_index=has_index(connection),
    )


def autogenerate_options(connection: Connection) -> dict[str, Any]:
    """Return Alembic's options: which tables it compares with the declared ones.

    The tables of the search index are left out, because they are not declared in the metadata.
    """
    undeclared = undeclared_tables(connection)
    return {"include_name": lambda name, _kind, _parents: name not in undeclared}
