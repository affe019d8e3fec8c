"""Files of objects, in batches; they can be read again from any object on, in any process."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from gateway.json_files.reader import file_size, read_json_objects
from gateway.migration.objects import RawObject

BATCH = 500
"""Objects that are read together."""
Advance = Callable[[int], None]


class ByteProgress:
    """How many bytes of the files have been read, whoever reads them; `advance` is told of more."""

    def __init__(self, advance: Advance) -> None:
        self._advance = advance
        self._bytes = 0

    def advance_to(self, number: int) -> None:
        if number > self._bytes:
            self._advance(number - self._bytes)
            self._bytes = number

    def restart(self) -> Advance:
        """For who reads the files from their beginning."""
        read = 0

        def advance(size: int) -> None:
            nonlocal read
            read += size
            self.advance_to(read)

        return advance


class Files(NamedTuple):
    paths: tuple[str, ...]

    @property
    def are_lasting(self) -> bool:
        """Whether they can be read more than once: what comes through a pipe cannot."""
        return all(file_size(path) is not None for path in self.paths)

    def iter_batches(self, taken: int, advance: Advance) -> Iterator[list[RawObject]]:
        """Of the objects behind so many. `advance` is told of the bytes that have been read."""
        found = islice(pieces(self.paths, advance), taken, None)
        while batch := list(islice(found, BATCH)):
            yield batch


class Rereader:
    """Objects of files that have been read already. Who asks for them in their order has the files
    read once."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._objects: Iterator[RawObject] = iter(())
        self._next: int | None = None

    def reread_objects(self, taken: int, number: int) -> list[RawObject]:
        """So many behind the first ones."""
        if self._next is None or self._next > taken:
            self._objects, self._next = pieces(self._files.paths, lambda _size: None), 0
        passed = taken - self._next
        self._next = taken + number
        return list(islice(self._objects, passed, passed + number))


def pieces(paths: Iterable[str], advance: Advance) -> Iterator[RawObject]:
    for path in paths:
        for line in read_json_objects(path, advance=advance):
            yield RawObject(line.position, line.raw, line.problem)
