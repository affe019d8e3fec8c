"""Settings of this dialect."""

from typing import Annotated

from msgspec import Meta

from dialects.base.http.rate_options import RateOptions


class Options(RateOptions, frozen=True, kw_only=True):
    """Settings that an operator can change.

    `page_size`: clients in one answer if the caller sends no limit.
    """

    page_size: Annotated[int, Meta(ge=1, le=100)] = 20
