"""The epoch and the resolution of stored moments."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
"""Both engines store moments as whole microseconds since the epoch."""


def stored_moment(moment: datetime) -> int:
    """Return a moment as rows store it."""
    return (moment - EPOCH) // MICROSECOND
