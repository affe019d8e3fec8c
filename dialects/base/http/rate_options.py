"""How many calls a token may make: what an operator can set of it in every dialect."""

from typing import Annotated

from msgspec import Meta, Struct

from storage import RateLimit

Calls = Annotated[int, Meta(ge=0, le=60_000_000)]


class RateOptions(Struct, frozen=True, kw_only=True):
    """`rate_limit` is in calls a minute of one token, 0 for any number; `rate_capacity` is how
    many of them it may make at once, 0 for a whole minute's."""

    rate_limit: Calls = 0
    rate_capacity: Calls = 0

    def __post_init__(self) -> None:
        if self.rate_capacity and not self.rate_limit:
            raise ValueError("a rate capacity means nothing without a rate limit")

    @property
    def rate(self) -> RateLimit | None:
        if not self.rate_limit:
            return None
        return RateLimit(per_minute=self.rate_limit, capacity=self.rate_capacity or self.rate_limit)
