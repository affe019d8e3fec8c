"""Settings of the rate limiter, the same in every dialect."""

from typing import Annotated

from msgspec import Meta, Struct

from storage import RateLimit

CallCount = Annotated[int, Meta(ge=0, le=60_000_000)]


class RateOptions(Struct, frozen=True, kw_only=True):
    """How many calls a token may make.

    `rate_limit`: calls per minute and token, 0 for no limit. `rate_capacity`: calls that a token
    may make at once, 0 for the calls of one minute.
    """

    rate_limit: CallCount = 0
    rate_capacity: CallCount = 0

    def __post_init__(self) -> None:
        if self.rate_capacity and not self.rate_limit:
            raise ValueError("a rate capacity means nothing without a rate limit")

    @property
    def rate(self) -> RateLimit | None:
        """The rate limit that these settings describe; None for no limit."""
        if not self.rate_limit:
            return None
        return RateLimit(per_minute=self.rate_limit, capacity=self.rate_capacity or self.rate_limit)
