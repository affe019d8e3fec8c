"""The reader of files of JSON objects: block by block, also compressed or from standard input."""

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
from .writer import STANDARD_STREAM, is_gzip, os_errors_as_invalid

MAX_TEXT_LENGTH = 256 * 2**20
BLOCK_SIZE = 256 * 2**10

ReportBytes = Callable[[int], None]
"""Called with the number of bytes that were read since the last call."""


def read_json_objects(
    path: str, *, advance: ReportBytes | None = None, max_length: int = MAX_TEXT_LENGTH
) -> Iterator[FileObject]:
    """Yield every object of a file, and every part of it that is no object, in order.

    The path `-` is standard input. `advance` is called with the bytes that are read from the file,
    before they are decompressed. Only one document or one line is in memory at a time, with at most
    `max_length` bytes.

    An object is valid JSON in UTF-8. Its contents are for the caller's decoder, which may still
    refuse a number out of range. The file is opened when the first object is asked for.
    """
    name = "standard input" if path == STANDARD_STREAM else path
    errors: list[str] = []
    lines = NumberedLines(iter_blocks(path, advance or (lambda _: None), errors), max_length)
    yield from read_lines(lines, name)
    for error in errors:
        yield FileObject(f"{name}:{lines.number}", b"", f"nothing can be read after this: {error}")


def file_size(path: str) -> int | None:
    """Return the bytes that `read_json_objects` will report; None when that is not known."""
    if path == STANDARD_STREAM:
        return None
    with os_errors_as_invalid(path, "read"):
        status = Path(path).stat()
    return status.st_size if stat.S_ISREG(status.st_mode) else None


class CountingSource:
    """A file that reports how many bytes are read from it."""

    def __init__(self, file: BufferedReader, advance: ReportBytes) -> None:
        self._file = file
        self._advance = advance

    def read(self, size: int) -> bytes:
        block = self._file.read1(size)
        self._advance(len(block))
        return block


def iter_blocks(path: str, advance: ReportBytes, errors: list[str]) -> Iterator[bytes]:
    """Yield the blocks of a file, decompressed.

    An error while reading ends the blocks and is added to `errors`: earlier blocks stay valid.
    """
    with open_input(path) as file:
        source = CountingSource(file, advance)
        read = open_gzip(source).read1 if is_gzip(path) else source.read
        while block := read_block(read, errors):
            yield block


def read_block(read: Callable[[int], bytes], errors: list[str]) -> bytes:
    try:
        return read(BLOCK_SIZE)
    except (OSError, EOFError, zlib.error) as error:
        errors.append(str(error))
        return b""


def open_gzip(source: CountingSource) -> gzip.GzipFile:
    return gzip.GzipFile(mode="rb", fileobj=cast(BinaryIO, source))


def open_input(path: str) -> AbstractContextManager[BufferedReader]:
    if path == STANDARD_STREAM:
        return nullcontext(cast(BufferedReader, sys.stdin.buffer))
    with os_errors_as_invalid(path, "read"):
        return Path(path).open("rb")
