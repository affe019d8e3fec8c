"""Notices that the file of an open SQLite database is no longer in its place.

A connection goes on with the file that it has opened, also after somebody has moved, deleted or
replaced it. Its answers are then those of a file that nobody sees, and its writes are lost. So the
file at the path is compared with the one that was opened first: before reads every
`CHECK_SECONDS`, because the comparison is a system call, and before every commit.

The database is not opened anew: SQLite warns that the leftovers of one file damage another one. It
is used again once its file is back.
"""

import logging
import os
import time
from typing import Self

from sqlalchemy import Engine, event, make_url

from storage.model.errors import Unavailable

from .local_files import sqlite_path

logger = logging.getLogger("gateway.storage")

CHECK_SECONDS = 0.25
REPLACED = (
    "its file was moved, deleted or replaced while it was open; "
    "put it back, or restart the server to use the file that is there now"
)


def file_identity(url: str) -> str:
    """Return what tells the file of an SQLite database from a copy; empty if there is no file."""
    path = sqlite_path(make_url(url))
    return (path and identity_at(path)) or ""


def identity_at(path: str) -> str | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return f"{found.st_dev}:{found.st_ino}"


class DatabaseFile:
    """The file of an open SQLite database. May be used by several threads."""

    def __init__(self, path: str) -> None:
        self._path = os.path.abspath(path)
        self._opened: str | None = None
        self._checked_at = 0.0
        self._is_in_place = True

    @classmethod
    def of(cls, engine: Engine) -> Self | None:
        """Watch the file of an engine from its first use on; None if it has no file."""
        path = sqlite_path(engine.url)
        if path is None:
            return None
        database_file = cls(path)
        # Before a connection, which would create a new file in the place of the old one.
        event.listen(engine, "do_connect", lambda *_arguments: database_file.check())
        return database_file

    def expect(self, identity: str) -> None:
        """Use no file but the one with this identity, which other workers have opened."""
        self._opened = identity or None

    def is_in_place(self) -> bool:
        """Return whether the file at the path is the one that was opened, as of a moment ago."""
        now = time.monotonic()
        if now - self._checked_at > CHECK_SECONDS:
            self._compare()
            self._checked_at = now
        return self._is_in_place

    def require(self) -> None:
        """Raise Unavailable unless the file was in its place a moment ago."""
        if not self.is_in_place():
            raise Unavailable(REPLACED)

    def check(self) -> None:
        """Raise Unavailable unless the file is in its place now."""
        self._compare()
        if not self._is_in_place:
            raise Unavailable(REPLACED)

    def forget(self) -> None:
        """Forget the file that was opened: all connections are closed."""
        self._opened, self._is_in_place = None, True

    def _compare(self) -> None:
        was_in_place, identity = self._is_in_place, self._identity()
        if self._opened is None:
            self._opened = identity
        self._is_in_place = self._opened == identity
        if was_in_place and not self._is_in_place:
            logger.error("the database is gone: %s", REPLACED)
        elif self._is_in_place and not was_in_place:
            logger.warning("the file of the database is back")

    def _identity(self) -> str | None:
        return identity_at(self._path)
