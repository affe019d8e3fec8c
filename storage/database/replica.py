"""A read replica: a second server that follows the first, a little late."""

import logging
import time
from datetime import timedelta

from .engine_factory import open_engine

logger = logging.getLogger("gateway.storage")

RECOVERY = 5.0
"""Seconds for which a replica that failed is not asked again."""


class Replica:
    """Where lists and single clients may be read by whoever has not written of late: `pin` is
    how long a token's own reads stay with the primary after it has written."""

    def __init__(self, url: str, pin: timedelta) -> None:
        self.engine = open_engine(url)
        self.pin_duration = pin
        self._unavailable_until = 0.0

    def is_available(self) -> bool:
        return time.monotonic() >= self._unavailable_until

    def mark_failed(self, error: Exception) -> None:
        self._unavailable_until = time.monotonic() + RECOVERY
        logger.warning("the replica is left alone for %.0f s: %s", RECOVERY, type(error).__name__)

    def close(self) -> None:
        self.engine.dispose()
