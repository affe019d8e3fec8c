"""Lines into a file that appears when it is whole, or to standard output. Reading: `files`."""

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

from storage import Invalid, Problem

STANDARD = "-"
BUFFER = 2**20
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC

WriteLine = Callable[[bytes], None]


class ReaderGone(Exception):
    """Whoever read our standard output has gone."""


class LineWriter:
    """Writes a JSON text as one line, or lines that are such texts already."""

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
        except OSError as fault:
            raise failure(self._name, "written", fault) from fault


@contextmanager
def open_writer(path: str, *, is_forced: bool = False) -> Iterator[LineWriter]:
    """What writes one JSON text per line, packed when the name ends in `.gz`.

    A file appears under its name when all is written and on the disk, readable by its owner only;
    until then it is `.NAME.part` beside it, which goes when the block fails. `-` is standard
    output: when its reader goes, the block is left at that line, and what follows it goes on.
    """
    if path == STANDARD:
        with standard_output() as out:
            yield LineWriter(out, "standard output")
    else:
        with whole_file(path, is_forced=is_forced) as out:
            yield LineWriter(out, path)


@contextmanager
def standard_output() -> Iterator[BinaryIO]:
    try:
        with failing_as_invalid("standard output", "written"):
            sys.stdout.flush()
        yield sys.stdout.buffer
        with failing_as_invalid("standard output", "written"):
            sys.stdout.buffer.flush()
    except ReaderGone:
        silence(sys.stdout.fileno())


def silence(output: int) -> None:
    """What is still buffered goes nowhere; the interpreter would complain of it when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, output)
    os.close(nowhere)


@contextmanager
def whole_file(path: str, *, is_forced: bool) -> Iterator[BinaryIO]:
    part = Path(path).with_name(f".{Path(path).name}.part")
    with failing_as_invalid(path, "written"):
        refuse_target(path, is_forced=is_forced)
        file = create_part(part)
    out = packing(file) if is_packed(path) else file
    try:
        yield out
        with failing_as_invalid(path, "written"):
            flush_to_disk(out, file)
            refuse_target(path, is_forced=is_forced)
            publish(file, part, path)
    except BaseException:
        discard(out, file, part)
        raise


def refuse_target(path: str, *, is_forced: bool) -> None:
    parent = Path(path).parent
    if not parent.is_dir():
        raise refusal(f"{path} cannot be written: there is no folder {parent}")
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if stat.S_ISLNK(mode):
        raise refusal(f"{path} is a symbolic link; name the file it leads to")
    if not stat.S_ISREG(mode):
        raise refusal(f"{path} is a folder or a device, not a file")
    if not is_forced:
        raise refusal(f"{path} exists; say --force to replace it")


def create_part(part: Path) -> BufferedWriter:
    """Always a new file: one that was left by a killed export is not written into."""
    part.unlink(missing_ok=True)
    return cast(BufferedWriter, os.fdopen(os.open(part, NEW, 0o600), "wb", BUFFER))


def is_packed(path: str) -> bool:
    return path.endswith(".gz")


def packing(file: BinaryIO) -> BinaryIO:
    """Names no file and no time: the same lines give the same bytes."""
    return BufferedWriter(gzip.GzipFile("", "wb", 6, file, mtime=0), BUFFER)


def flush_to_disk(out: BinaryIO, file: BinaryIO) -> None:
    if out is not file:
        out.close()
    file.flush()
    os.fsync(file.fileno())


def publish(file: BinaryIO, part: Path, path: str) -> None:
    if not is_own(file, part):
        raise refusal(f"{path} is being written by another export")
    part.replace(path)
    file.close()
    with suppress(OSError):  # not every file system can write a folder to the disk
        folder = os.open(part.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def is_own(file: BinaryIO, part: Path) -> bool:
    """Whether the part is still the file we opened: another export may have begun it anew."""
    return part.exists() and os.path.samestat(os.fstat(file.fileno()), part.lstat())


def discard(out: BinaryIO, file: BinaryIO, part: Path) -> None:
    with suppress(OSError):
        if is_own(file, part):
            part.unlink()
    for each in (out, file):
        with suppress(OSError):
            each.close()


@contextmanager
def failing_as_invalid(path: str, what: str) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise failure(path, what, fault) from fault


def failure(path: str, what: str, fault: OSError) -> Exception:
    if isinstance(fault, BrokenPipeError):
        return ReaderGone()
    return refusal(f"{path} cannot be {what}: {fault.strerror or fault}")


def refusal(words: str) -> Invalid:
    return Invalid(Problem(("file",), words))
