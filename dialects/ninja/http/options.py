"""What an operator can set of this dialect."""

from typing import Literal

from dialects.base.http.rate_options import RateOptions

NoLinks = dict[str, str] | list[str]


class Options(RateOptions, frozen=True, kw_only=True):
    """`api_secret` is demanded in X-API-SECRET when set; `public_url` is the scheme and host of
    the links, when callers reach us by another than they name; `empty_links` is what stands for
    no links at all: `array` as documented, `object` as newer servers send."""

    api_secret: str = ""
    public_url: str = ""
    empty_links: Literal["array", "object"] = "array"

    def __repr__(self) -> str:
        """Without values: one of them is a secret."""
        return "Options(…)"
