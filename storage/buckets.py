"""Leaky buckets: how many calls each token has made of late, counted by every process alike.

A bucket is one row of a scratch database: the moment at which it will have run empty. Nothing of
value is in there, so it waits for no disk; losing it forgives the calls of the last minute.
"""

import time
from collections.abc import Callable
from contextlib import closing
from threading import Lock
from typing import Any

from msgspec import Struct

from .engines import sqlite_module
from .errors import Unavailable

IN_MEMORY = ":memory:"
SECOND = 1_000_000
BUSY_SECONDS = 5.0
SCHEMA = "CREATE TABLE IF NOT EXISTS bucket (token INTEGER PRIMARY KEY, empty_at INTEGER NOT NULL)"
POUR = """
INSERT INTO bucket VALUES (:token, :now + :drip)
ON CONFLICT (token) DO UPDATE SET empty_at = max(empty_at, :now) + :drip
WHERE max(empty_at, :now) <= :now + :room
RETURNING empty_at
"""
"""One statement, so that two processes cannot both take the last place."""


class Rate(Struct, frozen=True, kw_only=True):
    """A bucket takes `capacity` calls at once and lets go of `per_minute` a minute, evenly."""

    per_minute: int
    capacity: int


class Buckets:
    def __init__(self, path: str, clock: Callable[[], float] = time.monotonic) -> None:
        """The buckets in a file that processes share, or of this process alone in memory.

        `clock` counts seconds alike for all that share the file; the default does on one machine.
        """
        self._clock = clock
        self._lock = Lock()
        self._module: Any = sqlite_module()
        try:
            self._connection = self._module.connect(
                path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            for statement in ("PRAGMA synchronous = OFF", "PRAGMA journal_mode = MEMORY", SCHEMA):
                self._connection.execute(statement).close()
        except self._module.Error as error:
            raise Unavailable(f"the file of the rate limit: {error}") from error

    def pour(self, token_id: int, rate: Rate) -> float:
        """Count one call, unless the bucket would overflow. Seconds until it would not; 0.0 when
        the call was counted."""
        drip = 60 * SECOND // rate.per_minute
        now = int(self._clock() * SECOND)
        room = drip * (rate.capacity - 1)
        with self._lock, closing(self._connection.cursor()) as cursor:
            given = {"token": token_id, "now": now, "drip": drip, "room": room}
            try:
                if cursor.execute(POUR, given).fetchall():
                    return 0.0
                cursor.execute("SELECT empty_at FROM bucket WHERE token = ?", (token_id,))
                (empty_at,) = cursor.fetchone()
            except self._module.Error as error:
                raise Unavailable(f"the file of the rate limit: {error}") from error
        return float(max(empty_at - now - room, 1) / SECOND)

    def close(self) -> None:
        self._connection.close()
