"""Failures of the store, named by what happened.

They have no HTTP status: each dialect chooses the status and the text.
"""

from typing import NamedTuple

Path = tuple[str | int, ...]
"""The place of a value in a body: field names and list indexes, from the root on."""


class Problem(NamedTuple):
    """A field that cannot be accepted, and why; `path` leads to it from the root of the body."""

    path: Path
    message: str


class Failure(Exception):
    """Base class of every failure that a dialect must be able to render."""


class NotFound(Failure):
    """The account has no record with this key. Records of another account are not found either."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"no such {kind}")
        self.kind = kind


class Conflict(Failure):
    """Another record of the account already owns these values."""

    def __init__(self, kind: str, fields: tuple[str, ...]) -> None:
        super().__init__(f"another {kind} has the same {' and '.join(fields)}")
        self.kind = kind
        self.fields = fields


class Invalid(Failure):
    """The body could be read, but some of its values cannot be accepted."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{'.'.join(map(str, p.path))}: {p.message}" for p in problems))
        self.problems = problems


class Locked(Failure):
    """The record is deleted: it can be read and restored, but not edited."""


class Stale(Failure):
    """A precondition of the caller is false: the record no longer has the expected version."""


class Unavailable(Failure):
    """The database cannot answer now: it is busy for too long, full, read-only or unreachable."""


class Undecided(Unavailable):
    """The database was lost during a commit: the change may have been written, or not."""
