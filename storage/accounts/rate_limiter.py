"""Rate limiter with a leaky bucket per token, shared by all processes of a machine.

A bucket is one row of a scratch database: the moment at which the bucket will be empty. The
database never waits for the disk, because its loss only forgives the calls of the last minute. The
first call that is counted opens it.

It also counts failures of those who may be guessing, one row for each: how many failures there were
since the first one, and when they are forgotten.
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
CREATE_FAILURE_TABLE = (
    "CREATE TABLE IF NOT EXISTS failure "
    "(guesser INTEGER PRIMARY KEY, failures INTEGER NOT NULL, ends_at INTEGER NOT NULL)"
)
MAX_FAILURES = 20
"""Failures after which one who may be guessing is refused."""
FAILURE_SECONDS = 60
"""Seconds after which failures are forgotten, counted from the first one; a refusal takes as long.
"""
COUNT_FAILURE = """
INSERT INTO failure VALUES (:guesser, 1, :later)
ON CONFLICT (guesser) DO UPDATE
SET failures = iif(ends_at BETWEEN :now AND :later, failures + 1, 1),
    ends_at = iif(ends_at BETWEEN :now AND :later AND failures + 1 < :most, ends_at, :later)
WHERE failures < :most OR ends_at NOT BETWEEN :now AND :later
RETURNING failures
"""
"""Counts one failure, unless its guesser is refused; then no row is returned.

The last failure that is counted begins the refusal, which nothing prolongs. A moment that is too
late comes from another clock.
"""
SELECT_REFUSAL = """
SELECT ends_at FROM failure
WHERE guesser = :guesser AND failures >= :most AND ends_at BETWEEN :now AND :later
"""
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

    def count_failure(self, guesser: int) -> float:
        """Count one failure and return 0.0, or return the seconds for which it is refused.

        Of two at the same moment, one is the last that is not refused. Raises Unavailable.
        """
        with self._exclusive() as connection:
            values = self._failure_values(guesser)
            if connection.execute(COUNT_FAILURE, values).fetchall():
                return 0.0
            return seconds_refused(connection, values)

    def refusal_seconds(self, guesser: int) -> float:
        """Return the seconds for which a guesser is refused, 0.0 for none. Raises Unavailable."""
        with self._exclusive() as connection:
            return seconds_refused(connection, self._failure_values(guesser))

    def _failure_values(self, guesser: int) -> dict[str, int]:
        now = int(self._clock() * MICROSECONDS_PER_SECOND)
        later = now + FAILURE_SECONDS * MICROSECONDS_PER_SECOND
        return {"guesser": guesser, "now": now, "later": later, "most": MAX_FAILURES}

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
                CREATE_FAILURE_TABLE,
            ):
                self._connection.execute(statement).close()
        return self._connection

    def close(self) -> None:
        """Close the database. A later call opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def seconds_refused(connection: Any, values: dict[str, int]) -> float:
    rows = connection.execute(SELECT_REFUSAL, values).fetchall()
    return max(rows[0][0] - values["now"], 1) / MICROSECONDS_PER_SECOND if rows else 0.0


@contextmanager
def unavailable_on_sqlite_error() -> Iterator[None]:
    """Raise Unavailable for an error of SQLite."""
    try:
        yield
    except sqlite_module().Error as error:
        raise Unavailable(f"the file of the rate limit: {error}") from error
