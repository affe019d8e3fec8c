from typing import Annotated

from msgspec import Meta

from dialects.base.http.rate_options import RateOptions


class Options(RateOptions, frozen=True, kw_only=True):
    """`page_size`: clients in an answer when the caller does not say."""

    page_size: Annotated[int, Meta(ge=1, le=100)] = 20
