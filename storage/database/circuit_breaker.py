"""Circuit breaker for a database outage that all callers of one process share."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from storage.model.errors import Unavailable

logger = logging.getLogger("gateway.storage")

PROBE_WAIT_SECONDS = 0.5
"""Seconds for which a caller waits for the right to probe, before it is refused."""


class CircuitBreaker:
    """Limits retries to the first `seconds` of an outage; after that, one caller at a time probes.

    The other callers are refused after `PROBE_WAIT_SECONDS`. Otherwise each caller would wait
    until the callers before it have finished their own retries.
    """

    def __init__(self, seconds: float) -> None:
        self._retry_seconds = seconds
        self._failing_since: float | None = None
        self._probe_lock = Lock()

    def retry_seconds_left(self, failure: Unavailable) -> float:
        """Record a lost connection and return for how many seconds a caller may retry.

        Zero or less: do not retry. The first call of an outage writes it to the log.
        """
        now = time.monotonic()
        if self._failing_since is None:
            self._failing_since = now
            logger.error("the database is gone: %s", failure)
        return self._retry_seconds - (now - self._failing_since)

    def close(self) -> None:
        """Record that the database has answered, and log the end of an outage."""
        since, self._failing_since = self._failing_since, None
        if since is not None:
            logger.warning("the database is back after %.1f s", time.monotonic() - since)

    @contextmanager
    def probe(self) -> Iterator[None]:
        """Let a caller through, but only one at a time after `seconds` of an outage.

        Raises Unavailable when another caller is probing and does not finish in time.
        """
        since = self._failing_since
        if since is None or time.monotonic() - since < self._retry_seconds:
            yield
            return
        if not self._probe_lock.acquire(timeout=PROBE_WAIT_SECONDS):
            raise Unavailable("the database is still gone")
        try:
            yield
        finally:
            self._probe_lock.release()
