"""The clock of the stores in tests."""

from datetime import UTC, datetime, timedelta


class Clock:
    """The time of day, unless a test has stopped it: then it stands until it is told to move."""

    stopped: datetime | None = None

    def __call__(self) -> datetime:
        return self.stopped or datetime.now(UTC)

    @property
    def now(self) -> datetime:
        return self()

    def stop(self, at: datetime | None) -> None:
        self.stopped = at

    def tick(self, **duration: int) -> None:
        self.stopped = self.now + timedelta(**duration)

    def move(self, seconds: int = 60) -> int:
        """The time after it, in whole seconds since 1970."""
        self.tick(seconds=seconds)
        return int(self.now.timestamp())
