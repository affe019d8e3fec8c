"""Settings of this dialect."""

from typing import Annotated

from msgspec import Meta

from dialects.base.http.rate_options import RateOptions

from ..clients.versions import DEFAULT_VERSION, VERSION_PATTERN, Version, version_of

VersionNumber = Annotated[
    str,
    Meta(
        pattern=VERSION_PATTERN,
        description=f"must be a version of Invoice Ninja from 5.3.0 on, as {DEFAULT_VERSION}",
    ),
]


class Options(RateOptions, frozen=True, kw_only=True):
    """Settings that an operator can change.

    `api_secret`: if set, every request must have it in X-API-SECRET. `public_url`: scheme and
    host of the links, if they differ from those that callers send. `version`: the number of the
    version of the original that answers look like.
    """

    api_secret: str = ""
    public_url: str = ""
    version: VersionNumber = DEFAULT_VERSION

    def __repr__(self) -> str:
        """Return a text without values: one of them is a secret."""
        return "Options(…)"

    @property
    def shown_version(self) -> Version:
        """The version of the original that answers look like."""
        return version_of(self.version)
