"""Cache of the JSON that dialects have rendered of client versions, shared by processes.

1. The key of a rendering is the client version and a variant. `variant_key` names the variant: all
   that determines the JSON apart from the client. So a rendering never becomes outdated.
2. `get_many` reads the renderings of a page with one statement. Where a row is missing or of
   another version, it returns None: the caller renders this client and passes it to `put_many`.
3. `put_many` replaces the rows. It does not wait for another writer: then it stores nothing.
4. Bodies are compressed against the first body of their variant, which contains most of their
   words. Compressed, they have a fourth of the size, and reading them takes less time than
   decompressing them.
5. When the file has reached its maximum size, all renderings are deleted.

At the end: a body from the cache is the one that rendering would give. An error of the database
costs only the cached renderings; it is never raised. The database is a scratch file: it never waits
for the disk.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import blake2b
from threading import local
from typing import Any, NamedTuple

import lz4.block

from storage.database.sqlite_driver import sqlite_module

from .snapshot_reader import ClientVersion

PAGE_BYTES = 8192
"""Bytes of a database page, which holds a few clients.

Smaller pages waste space. Of larger pages, much is read that is not needed.
"""
MEBIBYTE = 2**20
SERIALS_PER_VARIANT = 2**40
CREATE_TABLES = (
    """
    CREATE TABLE IF NOT EXISTS variant (
        number INTEGER PRIMARY KEY, name BLOB UNIQUE, words BLOB NOT NULL
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS rendering (
        place INTEGER PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL
    )
    """,
)
"""The scratch database. A `place` is variant * SERIALS_PER_VARIANT + serial.

SQLite finds a row fastest by a single integer. Imported clients can have larger serials: they are
not cached.
"""
CACHE_KIBIBYTES = 36_000
"""Kibibytes of pages that a connection keeps in memory.

Operating systems drop a file from their own cache when it is read at random places.
"""
PRAGMAS = (
    f"page_size = {PAGE_BYTES}",
    "journal_mode = WAL",
    "synchronous = OFF",
    f"cache_size = -{CACHE_KIBIBYTES}",
)
SELECT_VARIANT = "SELECT number, words FROM variant WHERE name = ?"
INSERT_VARIANT = "INSERT OR IGNORE INTO variant (name, words) VALUES (?, ?)"
REPLACE_RENDERING = "INSERT OR REPLACE INTO rendering VALUES (?, ?, ?)"
SELECT_RENDERINGS = "SELECT place, version, body FROM rendering WHERE place IN ({})"


class VariantEntry(NamedTuple):
    """The first place of a variant, and the dictionary for the compression of its bodies."""

    first_place: int
    dictionary: bytes


def variant_key(*parts: object) -> bytes:
    """Return the key of a variant: a hash of all that determines the JSON apart from the client."""
    return blake2b(repr(parts).encode(), digest_size=16).digest()


class RenderingCache:
    """A cache of rendered JSON by variant and client version, with one connection per thread."""

    def __init__(self, path: str, mebibytes: int = 8) -> None:
        """Use the file `path`, which processes share, or `:memory:` for a cache of each thread.

        `mebibytes`: the maximum size.
        """
        self._path = path
        self._pages = mebibytes * MEBIBYTE // PAGE_BYTES
        self._thread_local = local()

    def get_many(self, variant: bytes, versions: Sequence[ClientVersion]) -> list[bytes | None]:
        """Return the renderings in the order of the client versions, None where there is none."""
        try:
            entry = self._variant_entry(variant)
            rows = self._fetch_rows(entry.first_place, versions) if entry else {}
        except sqlite_module().Error:
            rows, entry = {}, None
        if entry is None:
            return [None] * len(versions)
        first_place, dictionary = entry
        return [
            decompress(row[1], dictionary)
            if (row := rows.get(first_place + serial)) and row[0] == version
            else None
            for serial, version in versions
        ]

    def put_many(self, variant: bytes, bodies: Mapping[ClientVersion, bytes]) -> None:
        """Store renderings, unless another connection is writing or the file is full."""
        try:
            with self._connection as connection:
                connection.execute("BEGIN IMMEDIATE").close()
                entry = self._variant_entry(variant) or self._insert_variant(
                    variant, next(iter(bodies.values()))
                )
                rows = [
                    (entry.first_place + serial, version, compress(body, entry.dictionary))
                    for (serial, version), body in bodies.items()
                    if serial < SERIALS_PER_VARIANT
                ]
                connection.executemany(REPLACE_RENDERING, rows).close()
        except sqlite_module().Error as error:
            if getattr(error, "sqlite_errorname", "") == "SQLITE_FULL":
                self._delete_renderings()

    def close(self) -> None:
        """Close the connection of this thread. A later call opens a new one."""
        connection = self._thread_local.__dict__.pop("connection", None)
        if connection is not None:
            connection.close()

    def _delete_renderings(self) -> None:
        try:
            self._connection.execute("DELETE FROM rendering").close()
        except sqlite_module().Error:
            return

    def _fetch_rows(
        self, first_place: int, versions: Sequence[ClientVersion]
    ) -> dict[int, tuple[int, bytes]]:
        """Return versions and compressed bodies by place."""
        places = [first_place + serial for serial, _ in versions if serial < SERIALS_PER_VARIANT]
        rows = self._connection.execute(select_by_places(len(places)), places)
        return {place: (version, body) for place, version, body in rows}

    def _variant_entry(self, variant: bytes) -> VariantEntry | None:
        """Find a variant's entry, in this thread's memory first. None if it does not exist."""
        entries: dict[bytes, VariantEntry] = self._thread_local.__dict__.setdefault("entries", {})
        if variant not in entries:
            rows = self._connection.execute(SELECT_VARIANT, (variant,)).fetchall()
            if not rows:
                return None
            entries[variant] = VariantEntry(rows[0][0] * SERIALS_PER_VARIANT, bytes(rows[0][1]))
        return entries[variant]

    def _insert_variant(self, variant: bytes, dictionary: bytes) -> VariantEntry:
        self._connection.execute(INSERT_VARIANT, (variant, dictionary)).close()
        ((number, _),) = self._connection.execute(SELECT_VARIANT, (variant,)).fetchall()
        # Not put into this thread's memory, because it is not committed yet.
        return VariantEntry(number * SERIALS_PER_VARIANT, dictionary)

    @property
    def _connection(self) -> Any:
        if "connection" not in self._thread_local.__dict__:
            self._thread_local.entries = {}
            self._thread_local.connection = open_cache(self._path, self._pages)
        return self._thread_local.connection


@cache
def select_by_places(amount: int) -> str:
    return SELECT_RENDERINGS.format(",".join("?" * amount))


def compress(body: bytes, dictionary: bytes) -> bytes:
    compressed: bytes = lz4.block.compress(body, dict=dictionary)
    return compressed


def decompress(compressed: bytes, dictionary: bytes) -> bytes:
    body: bytes = lz4.block.decompress(compressed, dict=dictionary)
    return body


def open_cache(path: str, pages: int) -> Any:
    connection = sqlite_module().connect(path, timeout=0, isolation_level=None)
    for pragma in (*PRAGMAS, f"max_page_count = {pages}"):
        connection.execute(f"PRAGMA {pragma}").close()
    for statement in CREATE_TABLES:
        connection.execute(statement).close()
    return connection
