"""The clock of the stores in tests."""

from datetime import UTC, datetime, timedelta


class Clock:
    """The time of day. Once a test has stopped it, it stands still until the test moves it."""

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
        """Move the clock, and return its new time in whole seconds since 1970."""
        self.tick(seconds=seconds)
        return int(self.now.timestamp())
