"""Leaky buckets: how many calls each token has made of late, counted by every process alike.

A bucket is one row of a scratch database: the moment at which it will have run empty. Nothing of
value is in there, so it waits for no disk; losing it forgives the calls of the last minute. It is
opened by the first call that is counted: where nobody counts there is none.
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
SECOND = 1_000_000
BUSY_SECONDS = 5.0
SCHEMA = "CREATE TABLE IF NOT EXISTS bucket (token INTEGER PRIMARY KEY, empty_at INTEGER NOT NULL)"
ACQUIRE = """
INSERT INTO bucket VALUES (:token, :now + :drip)
ON CONFLICT (token) DO UPDATE
SET empty_at = iif(empty_at BETWEEN :now AND :full, empty_at, :now) + :drip
WHERE empty_at NOT BETWEEN :now AND :full OR empty_at <= :full - :drip
RETURNING empty_at
"""
"""A bucket fuller than full is from before: from another clock, or another setting."""


class RateLimit(Struct, frozen=True, kw_only=True):
    """A bucket takes `capacity` calls at once and lets go of `per_minute` a minute, evenly."""

    per_minute: int
    capacity: int


class RateLimiter:
    def __init__(self, path: str, clock: Callable[[], float] = time.monotonic) -> None:
        """The buckets in a file that processes share, or of this process alone in memory.

        `clock` counts seconds alike for all that share the file; the default does on one machine.
        """
        self._path = path
        self._clock = clock
        self._lock = Lock()
        self._connection: Any = None

    def acquire(self, token_id: int, rate: RateLimit) -> float:
        """Count one call, unless the bucket would overflow. Seconds until it would not; 0.0 when
        the call was counted."""
        drip = 60 * SECOND // rate.per_minute
        with self._exclusive() as connection:
            now = int(self._clock() * SECOND)
            full = now + drip * rate.capacity
            given = {"token": token_id, "now": now, "drip": drip, "full": full}
            if connection.execute(ACQUIRE, given).fetchall():
                return 0.0
            asked = connection.execute("SELECT empty_at FROM bucket WHERE token = ?", (token_id,))
            ((empty_at,),) = asked.fetchall()
        return float(max(empty_at + drip - full, 1) / SECOND)

    @contextmanager
    def _exclusive(self) -> Iterator[Any]:
        """The file, locked for this call. A clock read before its turn would be behind the calls
        that came first, and the bucket that they filled would look like one from before."""
        with self._lock, failing_as_unavailable():
            connection = self._open_connection()
            connection.execute("BEGIN IMMEDIATE").close()
            with connection:
                yield connection

    def _open_connection(self) -> Any:
        if self._connection is None:
            self._connection = sqlite_module().connect(
                self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            for statement in ("PRAGMA synchronous = OFF", "PRAGMA journal_mode = MEMORY", SCHEMA):
                self._connection.execute(statement).close()
        return self._connection

    def close(self) -> None:
        """They can still be used, and are opened again then."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@contextmanager
def failing_as_unavailable() -> Iterator[None]:
    try:
        yield
    except sqlite_module().Error as error:
        raise Unavailable(f"the file of the rate limit: {error}") from error
