"""Engines: how a database is opened, and how a transaction begins on it."""

import sqlite3
import warnings
from contextlib import closing
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DatabaseError

from .errors import Invalid, Problem

CONNECTIONS = 16
"""Connections in the pool; the callers' thread pool is no larger, so nobody waits for one."""
BUSY_MILLISECONDS = 10_000
WRITES = {"gateway_writes": True}
"""Execution options of a connection that is going to write."""


OUTAGES = frozenset(
    {
        "SQLITE_BUSY",
        "SQLITE_LOCKED",
        "SQLITE_READONLY",
        "SQLITE_IOERR",
        "SQLITE_CORRUPT",
        "SQLITE_FULL",
        "SQLITE_CANTOPEN",
        "SQLITE_NOTADB",
    }
)
"""Why a database cannot answer, by SQLite's primary error codes; extended ones begin alike."""


def is_outage(error: DatabaseError) -> bool:
    """Whether the database is at fault, not the statement."""
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    return any(name == code or name.startswith(f"{code}_") for code in OUTAGES)


def open_engine(url: str) -> Engine:
    """The engine for a database URL. Raises Invalid for a URL that no engine here serves."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Invalid(Problem(("database",), "is not a database URL")) from error
    if parsed.drivername not in {"sqlite", "sqlite+pysqlite"}:
        raise Invalid(Problem(("database",), "must be an SQLite URL such as sqlite:///gateway.db"))
    return sqlite_engine(parsed)


def sqlite_engine(url: URL) -> Engine:
    in_memory = url.database in (None, "", ":memory:")
    engine = create_engine(
        url,
        module=sqlite_module(),
        poolclass=QueuePool,
        # A database in memory lives in one connection; its users take turns.
        pool_size=1 if in_memory else CONNECTIONS,
        max_overflow=0,
        connect_args={"check_same_thread": False},
        # Parameters are people's names and notes: they stay out of error messages and logs.
        hide_parameters=True,
    )
    event.listen(engine, "connect", prepare_sqlite)
    event.listen(engine, "begin", begin_sqlite)
    return engine


def sqlite_module() -> ModuleType:
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        warnings.warn(
            f"pysqlite3 is missing: falling back to the interpreter's SQLite "
            f"{sqlite3.sqlite_version}; before 3.51.3 its WAL can lose data with several writers.",
            RuntimeWarning,
            stacklevel=2,
        )
        return sqlite3
    module: ModuleType = dbapi2
    return module


def prepare_sqlite(raw: Any, _record: object) -> None:
    # The driver must not BEGIN by itself: it does not before a SELECT, we always do.
    raw.isolation_level = None
    with closing(raw.cursor()) as cursor:
        # The time-out comes first: switching to WAL takes a lock too.
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")


def begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads and then writes fails at once when another has written.
    writes = connection.get_execution_options().get("gateway_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
