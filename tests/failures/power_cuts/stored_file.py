"""A file on a disk: what of it is safe, and the changes that no sync has covered yet."""

from random import Random
from typing import NamedTuple

SECTOR = 512


class Change(NamedTuple):
    """Bytes at an offset, or a new size if there are no bytes. `position` is that of its entry."""

    position: int
    offset: int
    data: bytes | None


class Chances(NamedTuple):
    """How likely a change without a sync is kept, and whether single sectors of it may be."""

    kept: float
    are_torn: bool


class StoredFile:
    def __init__(self, content: bytes = b"") -> None:
        self.content = bytearray(content)
        self.pending: list[Change] = []

    def sync(self, began: int) -> None:
        for change in self.pending:
            if change.position < began:
                self.apply(change)
        self.pending = [change for change in self.pending if change.position >= began]

    def apply(self, change: Change) -> None:
        if change.data is None:
            self.resize(change.offset)
        else:
            self.put(change.offset, change.data)

    def put(self, offset: int, data: bytes) -> None:
        if offset > len(self.content):
            self.resize(offset)
        self.content[offset : offset + len(data)] = data

    def resize(self, size: int) -> None:
        del self.content[size:]
        self.content.extend(bytes(size - len(self.content)))

    def lose_power(self, random: Random, chances: Chances) -> None:
        """Keep a random part of the pending changes, which may be parts of one change."""
        for change in self.pending:
            if change.data is None or not chances.are_torn:
                if random.random() < chances.kept:
                    self.apply(change)
                continue
            for start, sector in sectors(change.offset, change.data):
                if random.random() < chances.kept:
                    self.put(start, sector)
        self.pending = []


def sectors(offset: int, data: bytes) -> list[tuple[int, bytes]]:
    """Cut bytes where sectors of the disk begin. The first and the last part can be shorter."""
    end = offset + len(data)
    starts = [offset, *range(offset - offset % SECTOR + SECTOR, end, SECTOR)]
    ends = [*starts[1:], end]
    return [(a, data[a - offset : b - offset]) for a, b in zip(starts, ends, strict=True)]
