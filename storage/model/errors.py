"""What can go wrong, named by what happened. No HTTP status: a dialect finds words."""

from typing import NamedTuple

Path = tuple[str | int, ...]


class Problem(NamedTuple):
    """One field that cannot be accepted. `path` leads to it from the root of the body."""

    path: Path
    message: str


class Failure(Exception):
    """Base of everything a dialect must be able to render."""


class NotFound(Failure):
    """No such record in this account; a record of another account is just as missing."""

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
    """The body was read, and some of what it says cannot be accepted."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{'.'.join(map(str, p.path))}: {p.message}" for p in problems))
        self.problems = problems


class Locked(Failure):
    """The record is deleted: it can be read and restored, but not edited."""


class Stale(Failure):
    """The caller wrote against a version that is no longer the current one."""


class Unavailable(Failure):
    """The database cannot answer now: busy for too long, full, read-only or gone."""
