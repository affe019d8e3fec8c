"""A read-only connection to a local SQLite file that never waits for a lock."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from storage.database.fast_sql.compiled import CompiledStatement, ResultRows
from storage.database.sqlite_driver import sqlite_module

CACHE_SIZE = -16_000
"""SQLite's page cache: a negative number counts kibibytes."""


class SqliteReader:
    """A read-only connection to an SQLite file, for one thread. The first read opens it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: Any = None

    def data_version(self) -> int | None:
        """Return a number that changes with each commit of another connection; None on an error."""
        rows = self._fetch_rows("PRAGMA data_version", ())
        return int(rows[0][0]) if rows else None

    def fetch(self, compiled: CompiledStatement, *given: Any) -> ResultRows | None:
        """Return the rows of a statement, or None if the database is locked or has an error.

        The caller then asks the store, which waits for the lock or raises the error by name.
        """
        rows = self._fetch_rows(compiled.text, compiled.bind(given))
        return None if rows is None else compiled.convert_rows(rows)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _fetch_rows(self, text: str, given: Sequence[Any]) -> ResultRows | None:
        try:
            if self._connection is None:
                self._connection = open_read_only(self._path)
            rows: ResultRows = self._connection.execute(text, given).fetchall()
        except sqlite_module().Error:
            return None
        return rows


def open_read_only(path: str) -> Any:
    # mode=rw does not create a missing file: the store creates it, with its schema.
    connection = sqlite_module().connect(
        f"{Path(path).absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=0,
        isolation_level=None,
        check_same_thread=False,
    )
    for pragma in ("query_only = ON", f"cache_size = {CACHE_SIZE}"):
        connection.execute(f"PRAGMA {pragma}").close()
    return connection
