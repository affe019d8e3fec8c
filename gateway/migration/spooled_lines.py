"""What has been said of many clients: kept beside the memory once it is much."""

from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile
from weakref import finalize

import msgspec

from storage import RunLine

MOST = 2**20
"""Bytes that are held in memory; a million clients can have more to be said of than fits."""


class SpooledLines(Iterable[RunLine]):
    """Lines in their order. They can be gone through again and again, but not while they grow."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=MOST)  # noqa: SIM115
        finalize(self, self._file.close)

    def append(self, line: RunLine) -> None:
        self._file.write(msgspec.json.encode(line) + b"\n")

    def dump_rows(self) -> bytes:
        """All of them, as `add` takes them."""
        self._file.seek(0)
        return self._file.read()

    def add_rows(self, rows: bytes) -> None:
        self._file.write(rows)

    def __iter__(self) -> Iterator[RunLine]:
        self._file.seek(0)
        for row in self._file:
            yield msgspec.json.decode(row, type=RunLine)
