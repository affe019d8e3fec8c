"""The read replica: a second database server that follows the primary with a short delay."""

import logging
import time
from datetime import timedelta

from .engine_factory import open_engine

logger = logging.getLogger("gateway.storage")

RECOVERY_SECONDS = 5.0
"""Seconds for which a replica that failed is not used."""


class Replica:
    """A replica for reads of lists and of single clients, used by tokens without a recent write.

    `pin`: for how long the reads of a token stay on the primary after a write of that token.
    """

    def __init__(self, url: str, pin: timedelta) -> None:
        self.engine = open_engine(url)
        self.pin_duration = pin
        self._unavailable_until = 0.0

    def is_available(self) -> bool:
        """Return False for `RECOVERY_SECONDS` after a failure."""
        return time.monotonic() >= self._unavailable_until

    def mark_failed(self, error: Exception) -> None:
        """Stop using the replica for `RECOVERY_SECONDS`, and log the error's type."""
        self._unavailable_until = time.monotonic() + RECOVERY_SECONDS
        logger.warning(
            "the replica is left alone for %.0f s: %s", RECOVERY_SECONDS, type(error).__name__
        )

    def close(self) -> None:
        self.engine.dispose()
