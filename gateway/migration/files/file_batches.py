"""Batches of raw objects from files. Any process can read them again, from any object on."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from gateway.json_files.reader import ReportBytes, file_size, read_json_objects
from gateway.migration.objects import RawObject

FILE_BATCH_SIZE = 500
"""Objects in a batch."""


class ByteProgress:
    """The progress through the files, in bytes, where several readers read the same files.

    `report_bytes` is called with the bytes that no reader has read before.
    """

    def __init__(self, report_bytes: ReportBytes) -> None:
        self._report_bytes = report_bytes
        self._bytes = 0

    def advance_to(self, position: int) -> None:
        """Report that a reader has reached this position. An earlier position has no effect."""
        if position > self._bytes:
            self._report_bytes(position - self._bytes)
            self._bytes = position

    def restart(self) -> ReportBytes:
        """Return the function that counts the bytes of a reader that starts at the beginning."""
        position = 0

        def advance(size: int) -> None:
            nonlocal position
            position += size
            self.advance_to(position)

        return advance


class InputFiles(NamedTuple):
    """The files of an import, in the order in which they are read."""

    paths: tuple[str, ...]

    @property
    def can_reread(self) -> bool:
        """Whether the files can be read more than once; a pipe cannot."""
        return all(file_size(path) is not None for path in self.paths)

    def iter_batches(self, skip: int, report_bytes: ReportBytes) -> Iterator[list[RawObject]]:
        """Yield the batches of the objects that follow the first `skip` objects."""
        raw_objects = islice(iter_raw_objects(self.paths, report_bytes), skip, None)
        while batch := list(islice(raw_objects, FILE_BATCH_SIZE)):
            yield batch


class Rereader:
    """Reads objects of files again. Requests in ascending order read the files only once."""

    def __init__(self, files: InputFiles) -> None:
        self._files = files
        self._objects: Iterator[RawObject] = iter(())
        self._next: int | None = None

    def reread_objects(self, skip: int, number: int) -> list[RawObject]:
        """Return the `number` objects that follow the first `skip` objects."""
        if self._next is None or self._next > skip:
            self._objects = iter_raw_objects(self._files.paths, lambda _size: None)
            self._next = 0
        start = skip - self._next
        self._next = skip + number
        return list(islice(self._objects, start, start + number))


def iter_raw_objects(paths: Iterable[str], report_bytes: ReportBytes) -> Iterator[RawObject]:
    """Yield the objects of all files, in order."""
    for path in paths:
        for file_object in read_json_objects(path, advance=report_bytes):
            yield RawObject(file_object.position, file_object.raw, file_object.problem)
