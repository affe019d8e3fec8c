"""What a writer takes for granted about the client that it writes to, in the words of HTTP."""

from .commands import Command
from .errors import Stale
from .records import Client


class VersionMatch(Command, frozen=True, kw_only=True):
    """Clients of one of these versions; None for those of any."""

    versions: frozenset[int] | None = None

    def matches(self, client: Client | None) -> bool:
        """None, where there is no client, fits nothing."""
        return client is not None and self.names_version(client.version)

    def names_version(self, version: int) -> bool:
        return self.versions is None or version in self.versions


ANY_VERSION = VersionMatch()


class Precondition(Command, frozen=True, kw_only=True):
    """The client fits `match`, and does not fit `none_match`. None says nothing."""

    match: VersionMatch | None = None
    none_match: VersionMatch | None = None

    def check(self, found: Client | None) -> None:
        """Raise Stale when the client of a key, None if there is none, is not as expected."""
        if self.match is not None and not self.match.matches(found):
            raise Stale("the client is not of the version that was named")
        if self.none_match is not None and self.none_match.matches(found):
            raise Stale("the client is there, or still of the version that was named")


NO_PRECONDITION = Precondition()
