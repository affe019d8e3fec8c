"""Report lines in a temporary file that is in memory while it is small."""

from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile
from weakref import finalize

import msgspec

from storage import RunLine

MAX_BYTES_IN_MEMORY = 2**20
"""Above this size the lines are on disk: the lines of a million clients can exceed the memory."""


class SpooledLines(Iterable[RunLine]):
    """Report lines in their order. They can be read many times, but not while lines are added."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=MAX_BYTES_IN_MEMORY)  # noqa: SIM115
        finalize(self, self._file.close)

    def append(self, line: RunLine) -> None:
        self._file.write(msgspec.json.encode(line) + b"\n")

    def dump_rows(self) -> bytes:
        """Return all lines in the form that `add_rows` takes."""
        self._file.seek(0)
        return self._file.read()

    def add_rows(self, rows: bytes) -> None:
        """Append the lines that `dump_rows` of another `SpooledLines` has returned."""
        self._file.write(rows)

    def __iter__(self) -> Iterator[RunLine]:
        self._file.seek(0)
        for row in self._file:
            yield msgspec.json.decode(row, type=RunLine)
