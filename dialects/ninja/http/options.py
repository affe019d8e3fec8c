"""Settings of this dialect."""

from typing import Literal

from dialects.base.http.rate_options import RateOptions

NoLinks = dict[str, str] | list[str]
"""The value of `links` on a list of one page."""


class Options(RateOptions, frozen=True, kw_only=True):
    """Settings that an operator can change.

    `api_secret`: if set, every request must have it in X-API-SECRET. `public_url`: scheme and
    host of the links, if they differ from those that callers send. `empty_links`: the value of
    `links` without links, `object` as newer servers send or `array` as documented.
    """

    api_secret: str = ""
    public_url: str = ""
    empty_links: Literal["array", "object"] = "object"

    def __repr__(self) -> str:
        """Return a text without values: one of them is a secret."""
        return "Options(…)"
