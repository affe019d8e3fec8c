"""SQLite: one file for the processes of one machine, or a database in memory for tests."""

from contextlib import closing
from typing import Any

import stamina
from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from .sqlite_driver import sqlite_module

DRIVERS = frozenset({"sqlite", "sqlite+pysqlite"})
BUSY_MILLISECONDS = 10_000
CHECKPOINT = 8000
"""Pages of the log (4 KiB each) before a commit moves them into the file, for which it waits: the
larger, the more changes of one page are moved at once."""

READ_OPTIONS: dict[str, Any] = {}
WRITE_OPTIONS: dict[str, Any] = {"gateway_writes": True}
"""Execution options of a connection for a transaction that reads, and for one that writes."""
HAS_SINGLE_WRITER = True
"""Only one transaction writes at a time: those who wait for it do better in one of their own."""

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


def is_outage(error: DBAPIError) -> bool:
    """Whether the database is at fault, not the statement."""
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    return any(name == code or name.startswith(f"{code}_") for code in OUTAGES)


def is_retryable(_error: DBAPIError) -> bool:
    """Whether the same transaction may succeed now. Here it has waited for its turn already."""
    return False


def is_rolled_back(_error: DBAPIError) -> bool:
    """Whether a commit that failed so has surely changed nothing."""
    return True


def error_reason(error: DBAPIError) -> str:
    """What happened, in the database's words and without anybody's values."""
    return str(error.orig)


def create(url: URL, connections: int) -> Engine:
    in_memory = url.database in (None, "", ":memory:")
    engine = create_engine(
        url,
        module=sqlite_module(),
        poolclass=QueuePool,
        # A database in memory lives in one connection; its users take turns.
        pool_size=1 if in_memory else connections,
        max_overflow=0,
        # The last one used still has its pages in memory: they are worth nothing to it as soon as
        # another one has written.
        pool_use_lifo=True,
        connect_args={"check_same_thread": False},
        # Parameters are people's names and notes: they stay out of error messages and logs.
        hide_parameters=True,
    )
    event.listen(engine, "connect", configure_connection)
    event.listen(engine, "begin", begin)
    return engine


def is_locked(error: Exception) -> bool:
    return getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY")


def configure_connection(raw: Any, _record: object) -> None:
    # The driver must not BEGIN by itself: it does not before a SELECT, we always do.
    raw.isolation_level = None
    with closing(raw.cursor()) as cursor:
        # The time-out comes first: switching to WAL takes a lock too.
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        switch_to_wal(cursor)
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT}")
        cursor.execute("PRAGMA foreign_keys = ON")


@stamina.retry(on=is_locked, attempts=None, timeout=BUSY_MILLISECONDS / 1000, wait_max=0.1)
def switch_to_wal(cursor: Any) -> None:
    """Of several who switch a new file at once SQLite refuses all but one without any waiting."""
    cursor.execute("PRAGMA journal_mode = WAL")


def begin(connection: Connection) -> None:
    # A deferred transaction that reads and then writes fails at once when another has written.
    writes = connection.get_execution_options().get("gateway_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
