"""The framing of JSON documents in the lines of a file, in any layout.

A document may be one line, several lines, or a part of a line. `envelopes.py` takes the objects out
of a document.

1. A line that is one complete object is a document: the fast case.
2. Otherwise find where the first document of the line ends (`Extent`). What follows on the line is
   the next document.
3. A document that does not end on its line is extended line by line until its brackets close.
4. A broken document is skipped with the lines that belong to it; the problem names these lines.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from msgspec import DecodeError, Raw, json

from .envelopes import FileObject, is_bare_object, mask_half_surrogates, read_document

BOM = b"\xef\xbb\xbf"
NEWLINE = 10
OPENERS = b"[{"
CONTINUATION_STARTS = (b"", b" ", b"\t", b"\r", b'"', b",", b":", b"]", b"}")
"""The first bytes of lines that go on with a document."""
OPEN_ENDINGS = (b",", b":", b"[", b"{")
"""The last bytes of lines after which a document goes on."""
STRING_PATTERN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"')
NON_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
BYTE_PATTERN = re.compile(r"\(byte (\d+)\)")
TRUNCATED_ERROR = "Input data was truncated"
TRAILING_ERROR = "JSON is malformed: trailing characters"
BREAKS_OFF = "the JSON breaks off"
EMPTY_TEXT = memoryview(b"")

read_raw = json.Decoder(Raw).decode


class NumberedLines:
    """An iterator over numbered lines; lines can be pushed back.

    None stands for a line that is longer than `max_length`.
    """

    def __init__(self, blocks: Iterable[bytes], max_length: int) -> None:
        self.max_length = max_length
        self.number = 0
        self._new_lines = split_lines(blocks, max_length)
        self._returned_lines: list[bytes] = []

    def __iter__(self) -> "NumberedLines":
        return self

    def __next__(self) -> bytes | None:
        line = self._returned_lines.pop() if self._returned_lines else next(self._new_lines)
        self.number += 1
        return line

    def push_back(self, lines: Sequence[bytes]) -> None:
        self._returned_lines.extend(reversed(lines))
        self.number -= len(lines)


def split_lines(blocks: Iterable[bytes], max_length: int) -> Iterator[bytes | None]:
    """Yield the lines of blocks without their ends; None for a line that is too long."""
    parts: list[bytes] = []
    size = 0
    for block in blocks:
        first, *others = block.split(b"\n")
        size += len(first)
        parts.append(first)
        if size > max_length:
            parts.clear()
        if others:
            yield join_parts(parts) if size <= max_length else None
            last = others.pop()
            for line in others:
                yield line if len(line) <= max_length else None
            parts, size = [last], len(last)
    if size:
        yield join_parts(parts) if size <= max_length else None


def join_parts(parts: list[bytes]) -> bytes:
    """Join parts and empty the list, so that no part is in memory twice while the line is read."""
    line = b"".join(parts)
    parts.clear()
    return line


class Extent(NamedTuple):
    """Where the first document of a text ends, 0 when it ends further on.

    With a problem, `end` is the place of the problem.
    """

    end: int
    problem: str = ""


class Frame(NamedTuple):
    """One complete document and what follows on its last line, or the problem instead."""

    document: memoryview
    rest: memoryview
    problem: str = ""


def read_lines(lines: NumberedLines, name: str) -> Iterator[FileObject]:
    """Yield every object of the lines, and every part that is no object, in order."""
    for line in lines:
        if line is None:
            yield FileObject(f"{name}:{lines.number}", b"", too_long_problem(lines))
            continue
        text = line.strip()
        if is_bare_object(text):
            yield FileObject(f"{name}:{lines.number}", text, "")
        elif text:
            yield from read_documents(lines, text, name)


def read_documents(lines: NumberedLines, line: bytes, name: str) -> Iterator[FileObject]:
    """Yield the objects of all documents that begin on this line or on the last line of one."""
    text, nth = memoryview(mask_half_surrogates(line.removeprefix(BOM))), 1
    while text:
        number = lines.number
        at = f"{number}#{nth}" if nth > 1 else f"{number}"
        frame = find_document(lines, text)
        if frame.problem:
            yield FileObject(f"{name}:{at}", b"", frame.problem)
            return
        yield from read_document(frame.document, name, at)
        nth = nth + 1 if lines.number == number else 2
        text = frame.rest


def find_document(lines: NumberedLines, text: memoryview) -> Frame:
    """Find the first document of a text; take further lines when it does not end in the text."""
    extent = find_extent(text)
    if text[0] not in OPENERS:
        extent = Extent(0, extent.problem or "not a JSON object")
    elif not extent.end and not extent.problem:
        return find_multiline_document(lines, bytes(text))
    return split_at_extent(lines, text, extent)


def find_multiline_document(lines: NumberedLines, first: bytes) -> Frame:
    """Find the end of a document that takes several lines.

    The text is parsed when its brackets close, and whenever its length has doubled. So a document
    that breaks off is found soon, and the time stays in proportion to the length.
    """
    text, parsed_length, depth, start = bytearray(), 0, 0, lines.number
    for line in chain((first,), lines):
        if line is None or len(text) + len(line) > lines.max_length:
            problem = too_long_problem(lines) + skip_continuation(lines, start, b",")
            return Frame(EMPTY_TEXT, EMPTY_TEXT, problem)
        text += mask_half_surrogates(line) + b"\n"
        depth, lowest = count_brackets(line, depth)
        if lowest <= 0 or len(text) >= 2 * parsed_length:
            parsed_length, extent = len(text), find_extent(text)
            if extent.end or extent.problem:
                return split_at_extent(lines, memoryview(text), extent)
    return split_at_extent(lines, memoryview(text), Extent(0, BREAKS_OFF))


def split_at_extent(lines: NumberedLines, text: memoryview, extent: Extent) -> Frame:
    """Return the document and the rest of its line; skip the document when it has a problem."""
    if extent.problem:
        problem = extent.problem + skip_broken_document(lines, bytes(text), extent.end)
        return Frame(EMPTY_TEXT, EMPTY_TEXT, problem)
    stop = len(text) - (text[-1] == NEWLINE)
    return Frame(text[: extent.end], text[extent.end : stop])


def find_extent(text: memoryview | bytearray) -> Extent:
    """Find where the first document of a text ends."""
    try:
        read_raw(text)
    except RecursionError:
        return Extent(0, "nested too deeply")
    except DecodeError as error:
        return extent_from_error(text, str(error))
    return Extent(len(text))


def extent_from_error(text: memoryview | bytearray, error: str) -> Extent:
    """Read the extent from msgspec's error about a text that is not exactly one document."""
    if error == TRUNCATED_ERROR:
        return Extent(0)
    match = BYTE_PATTERN.search(error)
    end = int(match[1]) if match else 0
    if error.startswith(TRAILING_ERROR):
        end -= 1  # for this error msgspec names the byte after the one at which it stopped
    next_byte = text[end] if end < len(text) else 0
    if error.startswith(TRAILING_ERROR) and next_byte not in b",:]}":
        return Extent(end)
    if next_byte == NEWLINE:
        return Extent(end, BREAKS_OFF)
    return Extent(end, f"not JSON: {error.removeprefix('JSON is malformed: ')}")


def count_brackets(line: bytes, depth: int) -> tuple[int, int]:
    """Return the depth of open brackets after the line, and the lowest depth within it."""
    lowest = depth
    for bracket in STRING_PATTERN.sub(b"", line).translate(None, NON_BRACKETS):
        depth += 1 if bracket in OPENERS else -1
        lowest = min(lowest, depth)
    return depth, lowest


def skip_broken_document(lines: NumberedLines, text: bytes, error_at: int) -> str:
    """Skip a broken document, and push back the lines that do not belong to it.

    Returns the words that name the lines that are left out.
    """
    rows = text.removesuffix(b"\n").split(b"\n")
    start = lines.number - len(rows) + 1
    if error_at and text[error_at - 1 : error_at + 1] in (b"\n{", b"\n["):
        own_rows = text.count(b"\n", 0, error_at)
        lines.push_back(rows[own_rows:])
        return left_out_lines(start, start + own_rows - 1)
    lines.push_back(rows[1:])
    return skip_continuation(lines, start, rows[0])


def skip_continuation(lines: NumberedLines, start: int, before: bytes) -> str:
    """Skip the lines that go on with a broken document; `before` is the line before them.

    Returns the words that name the lines that are left out.
    """
    last = start
    for line in lines:
        if line is not None and starts_document(line, before):
            lines.push_back([line])
            break
        if line is None or line.strip():
            before, last = line or b"", lines.number
    return left_out_lines(start, last)


def starts_document(line: bytes, before: bytes) -> bool:
    """Return whether a line after a broken document starts a new one.

    An object inside a broken client must not be taken for a client: a contact is an object, too.
    """
    if line[:1] in CONTINUATION_STARTS:
        return False
    is_object = line.startswith(b"{") and line.rstrip().endswith(b"}")
    return line[0] not in OPENERS or is_object or not before.rstrip().endswith(OPEN_ENDINGS)


def left_out_lines(start: int, last: int) -> str:
    return f"; lines {start} to {last} are left out" if last > start else ""


def too_long_problem(lines: NumberedLines) -> str:
    return f"longer than {lines.max_length:,} bytes"
