"""The writer of lines of JSON: to standard output, or to a file that appears when complete."""

import gzip
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedWriter
from pathlib import Path
from typing import BinaryIO, cast

from msgspec import json

from gateway.terminal import escape_text
from storage import Invalid, Problem

STANDARD_STREAM = "-"
BUFFER_SIZE = 2**20
CREATE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC

WriteLine = Callable[[bytes], None]
"""Writes one JSON text as one line."""


class OutputClosed(Exception):
    """The reader of our standard output has closed it."""


class LineWriter:
    """A writer of JSON texts, each as one line, and of lines that are JSON texts already."""

    def __init__(self, out: BinaryIO, name: str) -> None:
        self._out = out
        self._name = name

    def __call__(self, text: bytes) -> None:
        if b"\n" in text:
            text = json.format(text, indent=-1)
        self.lines(text + b"\n")

    def lines(self, lines: bytes) -> None:
        try:
            self._out.write(lines)
        except OSError as error:
            raise translate_os_error(self._name, "written", error) from error


class TerminalWriter(LineWriter):
    """A writer on a terminal. What JSON allows but a terminal obeys is escaped."""

    def lines(self, lines: bytes) -> None:
        super().lines(escape_text(lines.decode()).encode())


@contextmanager
def open_writer(path: str, *, is_forced: bool = False) -> Iterator[LineWriter]:
    """Open a writer of one JSON text per line, compressed when the path ends in `.gz`.

    The file gets its name when all lines are written and on the disk, and only its owner can read
    it. Until then it is `.NAME.part` in the same folder, and is removed when the block fails.

    The path `-` is standard output. When its reader closes it, the block ends at that line without
    an error.
    """
    if path == STANDARD_STREAM:
        with open_standard_output() as out:
            kind = TerminalWriter if sys.stdout.isatty() else LineWriter
            yield kind(out, "standard output")
    else:
        with open_atomic_file(path, is_forced=is_forced) as out:
            yield LineWriter(out, path)


@contextmanager
def open_standard_output() -> Iterator[BinaryIO]:
    try:
        with os_errors_as_invalid("standard output", "written"):
            sys.stdout.flush()
        yield sys.stdout.buffer
        with os_errors_as_invalid("standard output", "written"):
            sys.stdout.buffer.flush()
    except OutputClosed:
        redirect_to_null(sys.stdout.fileno())


def redirect_to_null(output: int) -> None:
    """Discard what is still buffered: otherwise the interpreter reports an error when it ends."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, output)
    os.close(null)


@contextmanager
def open_atomic_file(path: str, *, is_forced: bool) -> Iterator[BinaryIO]:
    """Open a file that gets its name when the block ends, and is removed when the block fails."""
    part = Path(path).with_name(f".{Path(path).name}.part")
    with os_errors_as_invalid(path, "written"):
        refuse_target(path, is_forced=is_forced)
        file = create_part(part)
    out = gzip_writer(file) if is_gzip(path) else file
    try:
        yield out
        with os_errors_as_invalid(path, "written"):
            flush_to_disk(out, file)
            refuse_target(path, is_forced=is_forced)
            publish_part(file, part, path)
    except BaseException:
        discard_part(out, file, part)
        raise


def refuse_target(path: str, *, is_forced: bool) -> None:
    """Raise Invalid for a path that cannot be written, or must not be."""
    parent = Path(path).parent
    if not parent.is_dir():
        raise invalid_file(f"{path} cannot be written: there is no folder {parent}")
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if stat.S_ISLNK(mode):
        raise invalid_file(f"{path} is a symbolic link; name the file it leads to")
    if not stat.S_ISREG(mode):
        raise invalid_file(f"{path} is a folder or a device, not a file")
    if not is_forced:
        raise invalid_file(f"{path} exists; say --force to replace it")


def create_part(part: Path) -> BufferedWriter:
    """Create a new part file; the one that a killed export has left is removed, not reused."""
    part.unlink(missing_ok=True)
    return cast(BufferedWriter, os.fdopen(os.open(part, CREATE_FLAGS, 0o600), "wb", BUFFER_SIZE))


def is_gzip(path: str) -> bool:
    return path.endswith(".gz")


def gzip_writer(file: BinaryIO) -> BinaryIO:
    """Return a writer without file name and time in its header: equal lines give equal bytes."""
    return BufferedWriter(gzip.GzipFile("", "wb", 6, file, mtime=0), BUFFER_SIZE)


def flush_to_disk(out: BinaryIO, file: BinaryIO) -> None:
    if out is not file:
        out.close()
    file.flush()
    os.fsync(file.fileno())


def publish_part(file: BinaryIO, part: Path, path: str) -> None:
    """Give the part file its name, and write the folder to the disk."""
    if not is_own_part(file, part):
        raise invalid_file(f"{path} is being written by another export")
    part.replace(path)
    file.close()
    with suppress(OSError):  # not every file system can write a folder to the disk
        folder = os.open(part.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def is_own_part(file: BinaryIO, part: Path) -> bool:
    """Return whether the part is the file that we opened: another export may have replaced it."""
    return part.exists() and os.path.samestat(os.fstat(file.fileno()), part.lstat())


def discard_part(out: BinaryIO, file: BinaryIO, part: Path) -> None:
    with suppress(OSError):
        if is_own_part(file, part):
            part.unlink()
    for each in (out, file):
        with suppress(OSError):
            each.close()


@contextmanager
def os_errors_as_invalid(path: str, verb: str) -> Iterator[None]:
    """Raise Invalid, or OutputClosed, for an error of the operating system; `verb` is its word."""
    try:
        yield
    except OSError as error:
        raise translate_os_error(path, verb, error) from error


def translate_os_error(path: str, verb: str, error: OSError) -> Exception:
    if isinstance(error, BrokenPipeError):
        return OutputClosed()
    return invalid_file(f"{path} cannot be {verb}: {error.strerror or error}")


def invalid_file(text: str) -> Invalid:
    return Invalid(Problem(("file",), text))
