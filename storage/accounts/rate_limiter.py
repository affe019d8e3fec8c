"""Rate limiter with a leaky bucket per token, shared by all processes of a machine.

A bucket is one row of a scratch database: the moment at which the bucket will be empty. The
database never waits for the disk, because its loss only forgives the calls of the last minute. The
first call that is counted opens it: without a rate limit there is no database.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from msgspec import Struct

from storage.database.sqlite_driver import sqlite_module
from storage.model.errors import Unavailable

IN_MEMORY = ":memory:"
MICROSECONDS_PER_SECOND = 1_000_000
BUSY_SECONDS = 5.0
CREATE_BUCKET_TABLE = (
    "CREATE TABLE IF NOT EXISTS bucket (token INTEGER PRIMARY KEY, empty_at INTEGER NOT NULL)"
)
UPSERT_BUCKET = """
INSERT INTO bucket VALUES (:token, :now + :drip)
ON CONFLICT (token) DO UPDATE
SET empty_at = iif(empty_at BETWEEN :now AND :full, empty_at, :now) + :drip
WHERE empty_at NOT BETWEEN :now AND :full OR empty_at <= :full - :drip
RETURNING empty_at
"""
"""Adds one call to a bucket, unless it would overflow; then no row is returned.

A bucket above its capacity is treated as empty: its row comes from another clock or setting.
"""


class RateLimit(Struct, frozen=True, kw_only=True):
    """A bucket for `capacity` calls at once, drained evenly by `per_minute` calls a minute."""

    per_minute: int
    capacity: int


class RateLimiter:
    """Counts the calls of each token in its leaky bucket. May be used by several threads."""

    def __init__(self, path: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Use the file `path`, which processes share, or `:memory:` for this process alone.

        `clock`: seconds, the same for all processes that share the file. On one machine the default
        is.
        """
        self._path = path
        self._clock = clock
        self._lock = Lock()
        self._connection: Any = None

    def acquire(self, token_id: int, rate: RateLimit) -> float:
        """Count one call and return 0.0, or return the seconds until the bucket has room for it.

        A call that is refused is not counted. Raises Unavailable.
        """
        drip = 60 * MICROSECONDS_PER_SECOND // rate.per_minute
        with self._exclusive() as connection:
            now = int(self._clock() * MICROSECONDS_PER_SECOND)
            full = now + drip * rate.capacity
            values = {"token": token_id, "now": now, "drip": drip, "full": full}
            if connection.execute(UPSERT_BUCKET, values).fetchall():
                return 0.0
            rows = connection.execute("SELECT empty_at FROM bucket WHERE token = ?", (token_id,))
            ((empty_at,),) = rows.fetchall()
        return float(max(empty_at + drip - full, 1) / MICROSECONDS_PER_SECOND)

    @contextmanager
    def _exclusive(self) -> Iterator[Any]:
        """Open a transaction with an exclusive lock on the file. Read the clock only inside it.

        A clock that was read before the lock is behind the calls that came first. The bucket that
        these calls filled would then look as if it were above its capacity.
        """
        with self._lock, unavailable_on_sqlite_error():
            connection = self._open_connection()
            connection.execute("BEGIN IMMEDIATE").close()
            with connection:
                yield connection

    def _open_connection(self) -> Any:
        if self._connection is None:
            self._connection = sqlite_module().connect(
                self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            for statement in (
                "PRAGMA synchronous = OFF",
                "PRAGMA journal_mode = MEMORY",
                CREATE_BUCKET_TABLE,
            ):
                self._connection.execute(statement).close()
        return self._connection

    def close(self) -> None:
        """Close the database. A later call opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@contextmanager
def unavailable_on_sqlite_error() -> Iterator[None]:
    """Raise Unavailable for an error of SQLite."""
    try:
        yield
    except sqlite_module().Error as error:
        raise Unavailable(f"the file of the rate limit: {error}") from error
