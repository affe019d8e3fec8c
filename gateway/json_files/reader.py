"""Files of wire objects, read piece by piece."""

import gzip
import stat
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from .envelopes import FileObject
from .framing import NumberedLines, read_lines
from .writer import STANDARD, failing_as_invalid, is_packed

LONGEST = 256 * 2**20
BLOCK = 256 * 2**10

Advance = Callable[[int], None]


def read_json_objects(
    path: str, *, advance: Advance | None = None, longest: int = LONGEST
) -> Iterator[FileObject]:
    """Every object of a file, and every piece of it that is none, in their order.

    `-` is standard input. `advance` is told of the bytes taken from the file, before unpacking.
    Only what is laid out as one document or one line is held whole, up to `longest` bytes.
    An object is sound JSON in UTF-8; what it says is for the caller's decoder, which may still
    refuse a number out of range. The file is opened when the first object is asked for.
    """
    name = "standard input" if path == STANDARD else path
    faults: list[str] = []
    lines = NumberedLines(blocks(path, advance or (lambda _: None), faults), longest)
    yield from read_lines(lines, name)
    for fault in faults:
        yield FileObject(f"{name}:{lines.number}", b"", f"nothing can be read after this: {fault}")


def file_size(path: str) -> int | None:
    """The bytes `objects` will tell of; None when that cannot be known."""
    if path == STANDARD:
        return None
    with failing_as_invalid(path, "read"):
        found = Path(path).stat()
    return found.st_size if stat.S_ISREG(found.st_mode) else None


class CountingSource:
    """A file that tells how much of it was taken."""

    def __init__(self, file: BufferedReader, advance: Advance) -> None:
        self._file = file
        self._advance = advance

    def read(self, size: int) -> bytes:
        block = self._file.read1(size)
        self._advance(len(block))
        return block


def blocks(path: str, advance: Advance, faults: list[str]) -> Iterator[bytes]:
    """A fault on the way ends the blocks and is noted: what came before it is still good."""
    with open_input(path) as file:
        source = CountingSource(file, advance)
        take = unpacked(source).read1 if is_packed(path) else source.read
        while block := read_block(take, faults):
            yield block


def read_block(take: Callable[[int], bytes], faults: list[str]) -> bytes:
    try:
        return take(BLOCK)
    except (OSError, EOFError, zlib.error) as fault:
        faults.append(str(fault))
        return b""


def unpacked(source: CountingSource) -> gzip.GzipFile:
    return gzip.GzipFile(mode="rb", fileobj=cast(BinaryIO, source))


def open_input(path: str) -> AbstractContextManager[BufferedReader]:
    if path == STANDARD:
        return nullcontext(cast(BufferedReader, sys.stdin.buffer))
    with failing_as_invalid(path, "read"):
        return Path(path).open("rb")
