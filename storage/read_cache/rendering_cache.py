"""What dialects have written of clients, kept for the next who asks: a cache, and nothing else.

A rendering belongs to an edition of a client, and so is never out of date; who finds none writes
it anew. They are in a scratch database that the processes of a machine share: it waits for no
disk, and is thrown away whole when it is full. They are packed, each against the first one of its
kind, which has most of its words: a fourth of the size is read in less time than it takes to
unpack.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import blake2b
from threading import local
from typing import Any, NamedTuple

import lz4.block

from storage.database.sqlite_driver import sqlite_module

from .snapshot_reader import ClientVersion

PAGE = 8192
"""Bytes, which hold a few clients: smaller ones waste much, larger ones are read in vain."""
MEBIBYTE = 2**20
SERIALS = 2**40
SCHEMA = (
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
"""A place is variant * SERIALS + serial: SQLite finds rows fastest by one number. Larger serials,
which were brought from elsewhere, have none."""
CACHE = 36_000
"""Kilobytes of pages in a process: systems drop files from memory that are read by chance."""
PRAGMAS = (
    f"page_size = {PAGE}",
    "journal_mode = WAL",
    "synchronous = OFF",
    f"cache_size = -{CACHE}",
)
VARIANT = "SELECT number, words FROM variant WHERE name = ?"
NAME = "INSERT OR IGNORE INTO variant (name, words) VALUES (?, ?)"
KEEP = "INSERT OR REPLACE INTO rendering VALUES (?, ?, ?)"
FIND = "SELECT place, version, body FROM rendering WHERE place IN ({})"


class VariantEntry(NamedTuple):
    """A variant: where its places begin, and the words that its renderings have in common."""

    first_place: int
    dictionary: bytes


def variant_key(*parts: object) -> bytes:
    """The name of all renderings that differ in nothing but the client."""
    return blake2b(repr(parts).encode(), digest_size=16).digest()


class RenderingCache:
    def __init__(self, path: str, mebibytes: int = 8) -> None:
        """In a file that processes share, or of each thread alone in memory; `mebibytes` at
        most."""
        self._path = path
        self._pages = mebibytes * MEBIBYTE // PAGE
        self._thread_local = local()

    def get_many(self, variant: bytes, versions: Sequence[ClientVersion]) -> list[bytes | None]:
        """In the order of the editions; None where there is none."""
        try:
            kind = self._variant_entry(variant)
            rows = self._fetch_rows(kind.first_place, versions) if kind else {}
        except sqlite_module().Error:
            rows, kind = {}, None
        if kind is None:
            return [None] * len(versions)
        first, words = kind
        return [
            decompress(row[1], words)
            if (row := rows.get(first + serial)) and row[0] == version
            else None
            for serial, version in versions
        ]

    def put_many(self, variant: bytes, bodies: Mapping[ClientVersion, bytes]) -> None:
        """If there is room now, and nobody else is writing."""
        try:
            with self._connection as connection:
                connection.execute("BEGIN IMMEDIATE").close()
                kind = self._variant_entry(variant) or self._new_variant_entry(
                    variant, next(iter(bodies.values()))
                )
                rows = [
                    (kind.first_place + serial, version, compress(body, kind.dictionary))
                    for (serial, version), body in bodies.items()
                    if serial < SERIALS
                ]
                connection.executemany(KEEP, rows).close()
        except sqlite_module().Error as error:
            if getattr(error, "sqlite_errorname", "") == "SQLITE_FULL":
                self._empty()

    def close(self) -> None:
        """Of this thread; they can still be used, and are opened again then."""
        connection = self._thread_local.__dict__.pop("connection", None)
        if connection is not None:
            connection.close()

    def _empty(self) -> None:
        try:
            self._connection.execute("DELETE FROM rendering").close()
        except sqlite_module().Error:
            return

    def _fetch_rows(
        self, first: int, versions: Sequence[ClientVersion]
    ) -> dict[int, tuple[int, bytes]]:
        """Versions and packed bodies by place."""
        places = [first + serial for serial, _ in versions if serial < SERIALS]
        rows = self._connection.execute(select_by_places(len(places)), places)
        return {place: (version, body) for place, version, body in rows}

    def _variant_entry(self, variant: bytes) -> VariantEntry | None:
        kinds: dict[bytes, VariantEntry] = self._thread_local.__dict__.setdefault("kinds", {})
        if variant not in kinds:
            rows = self._connection.execute(VARIANT, (variant,)).fetchall()
            if not rows:
                return None
            kinds[variant] = VariantEntry(rows[0][0] * SERIALS, bytes(rows[0][1]))
        return kinds[variant]

    def _new_variant_entry(self, variant: bytes, words: bytes) -> VariantEntry:
        self._connection.execute(NAME, (variant, words)).close()
        ((number, _),) = self._connection.execute(VARIANT, (variant,)).fetchall()
        # Not remembered before it is committed.
        return VariantEntry(number * SERIALS, words)

    @property
    def _connection(self) -> Any:
        if "connection" not in self._thread_local.__dict__:
            self._thread_local.kinds = {}
            self._thread_local.connection = open_cache(self._path, self._pages)
        return self._thread_local.connection


@cache
def select_by_places(number: int) -> str:
    return FIND.format(",".join("?" * number))


def compress(body: bytes, words: bytes) -> bytes:
    found: bytes = lz4.block.compress(body, dict=words)
    return found


def decompress(body: bytes, words: bytes) -> bytes:
    found: bytes = lz4.block.decompress(body, dict=words)
    return found


def open_cache(path: str, pages: int) -> Any:
    connection = sqlite_module().connect(path, timeout=0, isolation_level=None)
    for pragma in (*PRAGMAS, f"max_page_count = {pages}"):
        connection.execute(f"PRAGMA {pragma}").close()
    for statement in SCHEMA:
        connection.execute(statement).close()
    return connection
