"""Opens the SQLAlchemy engine for a database URL, and finds the module for its kind of database.

The kinds are SQLite (`sqlite.py`) and PostgreSQL (`postgresql.py`).
"""

from typing import Any, Protocol

from sqlalchemy import Engine, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError

from storage.model.errors import Invalid, Problem, Unavailable

from . import sqlite
from .sqlite_driver import has_wal_reset_fix, sqlite_module

POOL_SIZE = 28
"""Connections in the pool. The callers' thread pool is not larger, so no caller waits for one."""

POSTGRESQL_DRIVERS = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
"""Drivers in a URL that stand for PostgreSQL."""


class EngineKind(Protocol):
    """The functions and constants of a module for one kind of database."""

    READ_OPTIONS: dict[str, Any]
    WRITE_OPTIONS: dict[str, Any]
    HAS_SINGLE_WRITER: bool

    def create(self, url: URL, connections: int) -> Engine: ...
    def is_outage(self, error: DBAPIError) -> bool: ...
    def is_retryable(self, error: DBAPIError) -> bool: ...
    def is_rolled_back(self, error: DBAPIError) -> bool: ...
    def error_reason(self, error: DBAPIError) -> str: ...


def open_engine(url: str) -> Engine:
    """Create the engine for a database URL.

    Raises Invalid for a URL that is neither SQLite's nor PostgreSQL's.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Invalid(Problem(("database",), "is not a database URL")) from error
    if parsed.drivername in sqlite.DRIVERS:
        return sqlite.create(parsed, POOL_SIZE)
    if parsed.drivername in POSTGRESQL_DRIVERS:
        return engine_kind_named("postgresql").create(parsed, POOL_SIZE)
    raise Invalid(
        Problem(("database",), "must be a URL such as sqlite:///gateway.db or postgresql://host/db")
    )


def refuse_unsafe_wal(url: str, workers: int) -> None:
    """Raise Unavailable if so many processes could damage the database at a URL."""
    version = sqlite_module().sqlite_version_info
    if workers == 1 or make_url(url).drivername not in sqlite.DRIVERS or has_wal_reset_fix(version):
        return
    raise Unavailable(
        f"SQLite {'.'.join(map(str, version))} can damage it if {workers} workers write. "
        "This bug (WAL-reset) is fixed in SQLite 3.51.3, 3.50.7 and 3.44.6. Serve with --workers 1,"
        " install pysqlite3, which has a newer SQLite, or use PostgreSQL; "
        "GATEWAY_ALLOW_OLD_SQLITE_WAL=1 takes the risk"
    )


def engine_kind(engine: Engine) -> EngineKind:
    """Return the module for the kind of database that an engine connects to."""
    return engine_kind_named(engine.dialect.name)


def engine_kind_named(name: str) -> EngineKind:
    if name == "sqlite":
        return sqlite
    # Imported here: its driver takes long to load, and most processes do not need it.
    from storage.database import postgresql

    return postgresql
