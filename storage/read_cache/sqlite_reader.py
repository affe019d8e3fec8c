from collections.abc import Sequence
from pathlib import Path
from typing import Any

from storage.database.fast_sql.compiled import CompiledStatement, Rows
from storage.database.sqlite_driver import sqlite_module

CACHE_SIZE = -16_000
"""Kilobytes of the file that are kept in memory."""


class SqliteReader:
    """A connection to an SQLite file for one thread; it is made by the first question."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: Any = None

    def data_version(self) -> int | None:
        """A number that changes with every commit of anybody; None when it cannot be told now."""
        rows = self._fetch_rows("PRAGMA data_version", ())
        return int(rows[0][0]) if rows else None

    def fetch(self, compiled: CompiledStatement, *given: Any) -> Rows | None:
        """None where the database would have to be waited for, or is not as it should be: whoever
        asks the store then hears its reason."""
        found = self._fetch_rows(compiled.text, compiled.bind(given))
        return None if found is None else compiled.convert_rows(found)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _fetch_rows(self, text: str, given: Sequence[Any]) -> Rows | None:
        try:
            if self._connection is None:
                self._connection = open_read_only(self._path)
            found: Rows = self._connection.execute(text, given).fetchall()
        except sqlite_module().Error:
            return None
        return found


def open_read_only(path: str) -> Any:
    # A file that is not there is not made: the store makes it, with its schema.
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
