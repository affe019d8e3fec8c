"""Preconditions of a write: the version that the client must have, as in HTTP's If-Match."""

from .commands import Command
from .errors import Stale
from .records import Client


class VersionMatch(Command, frozen=True, kw_only=True):
    """A condition on the version of a client: one of `versions`, or any if that is None."""

    versions: frozenset[int] | None = None

    def matches(self, client: Client | None) -> bool:
        """Return whether a client meets the condition. None, for no client, never does."""
        return client is not None and self.names_version(client.version)

    def names_version(self, version: int) -> bool:
        """Return whether the condition names this version, or any."""
        return self.versions is None or version in self.versions


ANY_VERSION = VersionMatch()


class Precondition(Command, frozen=True, kw_only=True):
    """A precondition of a write: the client meets `match` and does not meet `none_match`.

    None is no condition.
    """

    match: VersionMatch | None = None
    none_match: VersionMatch | None = None

    def check(self, client: Client | None) -> None:
        """Raise Stale if the client does not meet the precondition. None: there is no client."""
        if self.match is not None and not self.match.matches(client):
            raise Stale("the client is not of the version that was named")
        if self.none_match is not None and self.none_match.matches(client):
            raise Stale("the client is there, or still of the version that was named")


NO_PRECONDITION = Precondition()
