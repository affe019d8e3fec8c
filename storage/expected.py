"""What a writer takes for granted about the client that it writes to."""

from .commands import Command
from .errors import Stale
from .records import Client


class Expected(Command, frozen=True, kw_only=True):
    """`exists`: there is such a client, or there is none. `versions`: it is one of these;
    `others`: it is none of these. None says nothing."""

    exists: bool | None = None
    versions: frozenset[int] | None = None
    others: frozenset[int] | None = None

    def check(self, found: Client | None) -> None:
        """Raise Stale when the client of a key, None if there is none, is not as expected."""
        version = found.version if found else None
        if self.exists is not None and self.exists != (found is not None):
            raise Stale("the client is there" if found else "there is no such client")
        if self.versions is not None and version not in self.versions:
            raise Stale("the client is of another version")
        if self.others is not None and version in self.others:
            raise Stale("the client is still of that version")


ANYTHING = Expected()
