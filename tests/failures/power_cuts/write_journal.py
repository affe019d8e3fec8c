"""The journal of a preloaded library: writes, syncs and names of files, and acknowledgements.

Acknowledgements are appended by the test once it has an answer. The answer came after its sync, so
their order in the file is the true one.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from struct import Struct
from typing import Any, NamedTuple

import msgspec

SOURCE = Path(__file__).with_name("journaled_writes.c")
HEAD = Struct("=5Q")
"""Kind, inode, offset, length of the path, length of the data."""


class Kind(Enum):
    OPEN = "O"
    WRITE = "W"
    TRUNCATE = "T"
    """`offset` is the new size."""
    SYNC = "S"
    """`offset` is the length of the journal when the sync began."""
    SYNC_FOLDER = "D"
    """Like SYNC, of the names in a folder."""
    UNLINK = "U"
    RENAME = "R"
    """From the path to the path in `data`."""
    MAKE_FOLDER = "M"
    ACKNOWLEDGE = "A"
    """Not by the library: `data` is what was acknowledged."""


KINDS = {ord(kind.value): kind for kind in Kind}


class Entry(NamedTuple):
    """An entry of the journal, which begins at the byte `position` of it."""

    position: int
    kind: Kind
    inode: int
    offset: int
    path: str
    data: bytes


def compiler() -> str | None:
    return shutil.which("cc")


def compile_library(folder: Path) -> Path:
    library = folder / "journaled_writes.so"
    command = ["cc", "-O1", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True)  # noqa: S603  our own
    return library


class WriteJournal:
    """The journal of the changes of one folder, while `environment` is that of a process."""

    def __init__(self, library: Path, folder: Path, path: Path) -> None:
        self.path = path
        self.environment = {
            "LD_PRELOAD": str(library),
            "POWER_CUT_FOLDER": str(folder),
            "POWER_CUT_JOURNAL": str(path),
        }

    def acknowledge(self, what: Any) -> None:
        data = msgspec.json.encode(what)
        entry = HEAD.pack(ord(Kind.ACKNOWLEDGE.value), 0, 0, 0, len(data)) + data
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            assert os.write(descriptor, entry) == len(entry)
        finally:
            os.close(descriptor)

    def entries(self) -> list[Entry]:
        return list(parse_entries(self.path.read_bytes()))


def parse_entries(journal: bytes) -> Iterator[Entry]:
    position = 0
    while position < len(journal):
        kind, inode, offset, path_length, length = HEAD.unpack_from(journal, position)
        start = position + HEAD.size
        middle, end = start + path_length, start + path_length + length
        path = os.fsdecode(journal[start:middle])
        yield Entry(position, KINDS[kind], inode, offset, path, journal[middle:end])
        position = end
