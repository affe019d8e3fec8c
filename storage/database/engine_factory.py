"""Engines: which database a URL means, and what each kind of them has to say for itself."""

from typing import Any, Protocol

from sqlalchemy import Engine, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError

from storage.model.errors import Invalid, Problem

from . import sqlite

POOL_SIZE = 28
"""Connections in the pool; the callers' thread pool is no larger, so nobody waits for one."""


POSTGRESQL = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
"""The drivers of URLs that mean PostgreSQL."""


class EngineKind(Protocol):
    """What a module about one kind of database offers."""

    READ_OPTIONS: dict[str, Any]
    WRITE_OPTIONS: dict[str, Any]
    HAS_SINGLE_WRITER: bool

    def create(self, url: URL, connections: int) -> Engine: ...
    def is_outage(self, error: DBAPIError) -> bool: ...
    def is_retryable(self, error: DBAPIError) -> bool: ...
    def is_rolled_back(self, error: DBAPIError) -> bool: ...
    def error_reason(self, error: DBAPIError) -> str: ...


def open_engine(url: str) -> Engine:
    """The engine for a database URL. Raises Invalid for a URL that no engine here serves."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Invalid(Problem(("database",), "is not a database URL")) from error
    if parsed.drivername in sqlite.DRIVERS:
        return sqlite.create(parsed, POOL_SIZE)
    if parsed.drivername in POSTGRESQL:
        return engine_kind_named("postgresql").create(parsed, POOL_SIZE)
    raise Invalid(
        Problem(("database",), "must be a URL such as sqlite:///gateway.db or postgresql://host/db")
    )


def engine_kind(engine: Engine) -> EngineKind:
    return engine_kind_named(engine.dialect.name)


def engine_kind_named(name: str) -> EngineKind:
    if name == "sqlite":
        return sqlite
    # Its driver takes long to load, and most starts do without.
    from storage.database import postgresql

    return postgresql
