"""What dialects have written of clients, kept for the next who asks: a cache, and nothing else.

A rendering belongs to an edition of a client, and so is never out of date; who finds none writes
it anew. They are in a scratch database that the processes of a machine share: it waits for no
disk, and is thrown away whole when it is full.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from threading import local
from typing import Any

from .glance import Edition
from .sqlite import sqlite_module

PAGE = 8192
"""Bytes, which hold a few clients: smaller ones waste much, larger ones are read in vain."""
MEBIBYTE = 2**20
SERIALS = 2**40
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS variant (number INTEGER PRIMARY KEY, name BLOB UNIQUE)",
    """
    CREATE TABLE IF NOT EXISTS rendering (
        place INTEGER PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL
    )
    """,
)
"""A place is variant * SERIALS + serial: SQLite finds rows fastest by one number. Larger serials,
which were brought from elsewhere, have none."""
PRAGMAS = (f"page_size = {PAGE}", "journal_mode = WAL", "synchronous = OFF")
NUMBER = "SELECT number FROM variant WHERE name = ?"
NAME = "INSERT OR IGNORE INTO variant (name) VALUES (?)"
KEEP = "INSERT OR REPLACE INTO rendering VALUES (?, ?, ?)"
FIND = "SELECT place, version, body FROM rendering WHERE place IN ({})"


NOTHING = (0, None)
"""No edition has this version."""


def variant(*parts: object) -> bytes:
    """The name of all renderings that differ in nothing but the client."""
    return blake2b(repr(parts).encode(), digest_size=16).digest()


class Renderings:
    def __init__(self, path: str, mebibytes: int = 8) -> None:
        """In a file that processes share, or of each thread alone in memory; `mebibytes` at
        most."""
        self._path = path
        self._pages = mebibytes * MEBIBYTE // PAGE
        self._own = local()

    def find(self, variant: bytes, editions: Sequence[Edition]) -> list[bytes | None]:
        """In the order of the editions; None where there is none."""
        try:
            first = self._first(variant)
            places = [first + serial for serial, _ in editions if serial < SERIALS]
            rows = self._connection.execute(FIND.format(",".join("?" * len(places))), places)
            known = {place: (version, body) for place, version, body in rows}
        except sqlite_module().Error:
            return [None] * len(editions)
        found = ((version, *known.get(first + serial, NOTHING)) for serial, version in editions)
        return [body if version == kept else None for version, kept, body in found]

    def keep(self, variant: bytes, bodies: Mapping[Edition, bytes]) -> None:
        """If there is room now, and nobody else is writing."""
        try:
            first = self._first(variant)
            rows = [
                (first + serial, version, body)
                for (serial, version), body in bodies.items()
                if serial < SERIALS
            ]
            with self._connection as connection:
                connection.execute("BEGIN IMMEDIATE").close()
                connection.executemany(KEEP, rows).close()
        except sqlite_module().Error as error:
            if getattr(error, "sqlite_errorname", "") == "SQLITE_FULL":
                self._empty()

    def close(self) -> None:
        """Of this thread; they can still be used, and are opened again then."""
        connection = self._own.__dict__.pop("connection", None)
        if connection is not None:
            connection.close()

    def _empty(self) -> None:
        try:
            self._connection.execute("DELETE FROM rendering").close()
        except sqlite_module().Error:
            return

    def _first(self, variant: bytes) -> int:
        """Where the places of a variant begin."""
        firsts: dict[bytes, int] = self._own.__dict__.setdefault("firsts", {})
        if variant not in firsts:
            self._connection.execute(NAME, (variant,)).close()
            ((number,),) = self._connection.execute(NUMBER, (variant,)).fetchall()
            firsts[variant] = number * SERIALS
        return firsts[variant]

    @property
    def _connection(self) -> Any:
        if "connection" not in self._own.__dict__:
            self._own.firsts = {}
            self._own.connection = opened(self._path, self._pages)
        return self._own.connection


def opened(path: str, pages: int) -> Any:
    connection = sqlite_module().connect(path, timeout=0, isolation_level=None)
    for pragma in (*PRAGMAS, f"max_page_count = {pages}"):
        connection.execute(f"PRAGMA {pragma}").close()
    for statement in SCHEMA:
        connection.execute(statement).close()
    return connection
