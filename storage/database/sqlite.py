"""SQLite engines: one file for the processes of one machine, or a database in memory for tests."""

from contextlib import closing
from typing import Any

import stamina
from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from .sqlite_driver import sqlite_module

DRIVERS = frozenset({"sqlite", "sqlite+pysqlite"})
BUSY_MILLISECONDS = 10_000
CHECKPOINT_PAGES = 8000
"""Pages of the WAL (4 KiB each) after which a commit moves them into the file (a checkpoint).

That commit waits for the checkpoint. With a larger number, more changes of the same page are moved
at once.
"""

MAX_WAL_BYTES = 64 * 2**20
"""Size to which a larger WAL is cut when it is used from its beginning again.

A reader that takes long, or one large transaction, lets it grow. It is more than CHECKPOINT_PAGES,
because to cut it and let it grow after each checkpoint would cost time.
"""

READ_OPTIONS: dict[str, Any] = {}
WRITE_OPTIONS: dict[str, Any] = {"gateway_writes": True}
"""Execution options of a connection: `READ_OPTIONS` to read, `WRITE_OPTIONS` to write."""
HAS_SINGLE_WRITER = True
"""Only one transaction writes at a time, so writers that wait share the next one (group commit)."""

OUTAGE_CODES = frozenset(
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
"""SQLite's primary error codes for a database that cannot answer.

Extended codes begin with their primary code.
"""


def is_outage(error: DBAPIError) -> bool:
    """Return whether the database is the cause of the error, not the statement."""
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    return any(name == code or name.startswith(f"{code}_") for code in OUTAGE_CODES)


def is_retryable(_error: DBAPIError) -> bool:
    """Return False: a retry does not help, because SQLite has already waited for its lock."""
    return False


def is_rolled_back(_error: DBAPIError) -> bool:
    """Return True: on SQLite, a commit that fails has changed nothing."""
    return True


def error_reason(error: DBAPIError) -> str:
    """Return SQLite's message, which contains no values of rows."""
    return str(error.orig)


def create(url: URL, connections: int) -> Engine:
    """Create an engine with a pool of `connections`, or of one for a database in memory."""
    in_memory = url.database in (None, "", ":memory:")
    engine = create_engine(
        url,
        module=sqlite_module(),
        poolclass=QueuePool,
        # A database in memory exists in one connection, which its callers use in turn.
        pool_size=1 if in_memory else connections,
        max_overflow=0,
        # The connection used last has the newest pages in its cache. The cache of a connection
        # becomes useless as soon as another connection has written.
        pool_use_lifo=True,
        connect_args={"check_same_thread": False},
        # Parameters contain people's names and notes: keep them out of error messages and logs.
        hide_parameters=True,
    )
    event.listen(engine, "connect", configure_connection)
    event.listen(engine, "begin", begin_transaction)
    return engine


def is_locked(error: Exception) -> bool:
    return getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY")


def configure_connection(raw: Any, _record: object) -> None:
    # Switch off the driver's own BEGIN: it sends none before a SELECT, and we always send one.
    raw.isolation_level = None
    with closing(raw.cursor()) as cursor:
        # Set the timeout first: switching to WAL takes a lock too.
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        switch_to_wal(cursor)
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        cursor.execute(f"PRAGMA journal_size_limit = {MAX_WAL_BYTES}")
        cursor.execute("PRAGMA foreign_keys = ON")


@stamina.retry(on=is_locked, attempts=None, timeout=BUSY_MILLISECONDS / 1000, wait_max=0.1)
def switch_to_wal(cursor: Any) -> None:
    """Switch to WAL; retried, because SQLite refuses concurrent switches without waiting."""
    cursor.execute("PRAGMA journal_mode = WAL")


def begin_transaction(connection: Connection) -> None:
    """Send BEGIN IMMEDIATE for a transaction that writes, BEGIN for one that reads.

    A deferred transaction that reads and then writes fails at once if another one has written
    in between.
    """
    writes = connection.get_execution_options().get("gateway_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
