"""Patience with a database that is gone: its callers have it together, not each for himself."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from storage.model.errors import Unavailable

logger = logging.getLogger("gateway.storage")

TURN_SECONDS = 0.5


class CircuitBreaker:
    """Once an outage has lasted for `seconds`, one caller at a time finds out whether it is over.
    The others are refused soon, instead of waiting for each other's waiting."""

    def __init__(self, seconds: float) -> None:
        self._retry_seconds = seconds
        self._failing_since: float | None = None
        self._probe_lock = Lock()

    def retry_seconds_left(self, failure: Unavailable) -> float:
        """Seconds for which it is worth trying again, now that the database turned out gone."""
        now = time.monotonic()
        if self._failing_since is None:
            self._failing_since = now
            logger.error("the database is gone: %s", failure)
        return self._retry_seconds - (now - self._failing_since)

    def close(self) -> None:
        """The database has answered."""
        since, self._failing_since = self._failing_since, None
        if since is not None:
            logger.warning("the database is back after %.1f s", time.monotonic() - since)

    @contextmanager
    def probe(self) -> Iterator[None]:
        """Raise Unavailable when somebody else is still finding out."""
        since = self._failing_since
        if since is None or time.monotonic() - since < self._retry_seconds:
            yield
            return
        if not self._probe_lock.acquire(timeout=TURN_SECONDS):
            raise Unavailable("the database is still gone")
        try:
            yield
        finally:
            self._probe_lock.release()
