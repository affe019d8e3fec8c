"""Lines into whole JSON texts, however these are laid out. What a text holds: `answers`."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from msgspec import DecodeError, Raw, json

from .envelopes import FileObject, is_plain, mask_half_surrogates, read_document

BOM = b"\xef\xbb\xbf"
NEWLINE = 10
OPENERS = b"[{"
CONTINUES = (b"", b" ", b"\t", b"\r", b'"', b",", b":", b"]", b"}")
AWAITING = (b",", b":", b"[", b"{")
STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"')
NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
BYTE = re.compile(r"\(byte (\d+)\)")
TRUNCATED = "Input data was truncated"
TRAILING = "JSON is malformed: trailing characters"
BREAKS_OFF = "the JSON breaks off"
NOTHING = memoryview(b"")

read_raw = json.Decoder(Raw).decode


class NumberedLines:
    """Numbered lines that can be given back; None stands for one longer than allowed."""

    def __init__(self, blocks: Iterable[bytes], longest: int) -> None:
        self.max_length = longest
        self.number = 0
        self._fresh = split_lines(blocks, longest)
        self._returned: list[bytes] = []

    def __iter__(self) -> "NumberedLines":
        return self

    def __next__(self) -> bytes | None:
        line = self._returned.pop() if self._returned else next(self._fresh)
        self.number += 1
        return line

    def push_back(self, lines: Sequence[bytes]) -> None:
        self._returned.extend(reversed(lines))
        self.number -= len(lines)


def split_lines(blocks: Iterable[bytes], longest: int) -> Iterator[bytes | None]:
    parts: list[bytes] = []
    size = 0
    for block in blocks:
        first, *others = block.split(b"\n")
        size += len(first)
        parts.append(first)
        if size > longest:
            parts.clear()
        if others:
            yield join_parts(parts) if size <= longest else None
            last = others.pop()
            for line in others:
                yield line if len(line) <= longest else None
            parts, size = [last], len(last)
    if size:
        yield join_parts(parts) if size <= longest else None


def join_parts(parts: list[bytes]) -> bytes:
    """Empties the parts: nothing is held twice while the line is looked at."""
    line = b"".join(parts)
    parts.clear()
    return line


class Extent(NamedTuple):
    """Where the first document of a text ends, 0 when further on; with a problem, where that is."""

    end: int
    problem: str = ""


class Frame(NamedTuple):
    """One whole document and what follows it on its last line; or why there is none."""

    document: memoryview
    rest: memoryview
    problem: str = ""


def read_lines(lines: NumberedLines, name: str) -> Iterator[FileObject]:
    """Every object of the lines, and every piece that is none."""
    for line in lines:
        if line is None:
            yield FileObject(f"{name}:{lines.number}", b"", too_long(lines))
            continue
        text = line.strip()
        if is_plain(text):
            yield FileObject(f"{name}:{lines.number}", text, "")
        elif text:
            yield from read_documents(lines, text, name)


def read_documents(lines: NumberedLines, line: bytes, name: str) -> Iterator[FileObject]:
    """The objects of all documents that begin on this line, up to the line where they end."""
    text, nth = memoryview(mask_half_surrogates(line.removeprefix(BOM))), 1
    while text:
        number = lines.number
        at = f"{number}#{nth}" if nth > 1 else f"{number}"
        found = frame_document(lines, text)
        if found.problem:
            yield FileObject(f"{name}:{at}", b"", found.problem)
            return
        yield from read_document(found.document, name, at)
        nth = nth + 1 if lines.number == number else 2
        text = found.rest


def frame_document(lines: NumberedLines, text: memoryview) -> Frame:
    extent = extent_of(text)
    if text[0] not in OPENERS:
        extent = Extent(0, extent.problem or "not a JSON object")
    elif not extent.end and not extent.problem:
        return frame_multiline(lines, bytes(text))
    return frame(lines, text, extent)


def frame_multiline(lines: NumberedLines, first: bytes) -> Frame:
    """A document laid out over several lines.

    It is looked at whole when its brackets close, and whenever it has doubled: a line cut short
    is found out soon, and the work stays in proportion to the length.
    """
    held, tested, depth, start = bytearray(), 0, 0, lines.number
    for line in chain((first,), lines):
        if line is None or len(held) + len(line) > lines.max_length:
            problem = too_long(lines) + passed_over(lines, start, b",")
            return Frame(NOTHING, NOTHING, problem)
        held += mask_half_surrogates(line) + b"\n"
        depth, lowest = nesting(line, depth)
        if lowest <= 0 or len(held) >= 2 * tested:
            tested, extent = len(held), extent_of(held)
            if extent.end or extent.problem:
                return frame(lines, memoryview(held), extent)
    return frame(lines, memoryview(held), Extent(0, BREAKS_OFF))


def frame(lines: NumberedLines, text: memoryview, extent: Extent) -> Frame:
    if extent.problem:
        return Frame(NOTHING, NOTHING, extent.problem + left_out(lines, bytes(text), extent.end))
    stop = len(text) - (text[-1] == NEWLINE)
    return Frame(text[: extent.end], text[extent.end : stop])


def extent_of(text: memoryview | bytearray) -> Extent:
    try:
        read_raw(text)
    except RecursionError:
        return Extent(0, "nested too deeply")
    except DecodeError as fault:
        return extent_at(text, str(fault))
    return Extent(len(text))


def extent_at(text: memoryview | bytearray, fault: str) -> Extent:
    """What msgspec says about a text that is not one whole document."""
    if fault == TRUNCATED:
        return Extent(0)
    found = BYTE.search(fault)
    end = int(found[1]) if found else 0
    if fault.startswith(TRAILING):
        end -= 1  # here msgspec names the byte after the one it stopped at
    follows = text[end] if end < len(text) else 0
    if fault.startswith(TRAILING) and follows not in b",:]}":
        return Extent(end)
    if follows == NEWLINE:
        return Extent(end, BREAKS_OFF)
    return Extent(end, f"not JSON: {fault.removeprefix('JSON is malformed: ')}")


def nesting(line: bytes, depth: int) -> tuple[int, int]:
    """How deep the brackets stand after the line, and at their lowest in it."""
    lowest = depth
    for bracket in STRING.sub(b"", line).translate(None, NO_BRACKETS):
        depth += 1 if bracket in OPENERS else -1
        lowest = min(lowest, depth)
    return depth, lowest


def left_out(lines: NumberedLines, text: bytes, fault: int) -> str:
    """Gives back the lines after a broken document that do not belong to it."""
    rows = text.removesuffix(b"\n").split(b"\n")
    start = lines.number - len(rows) + 1
    if fault and text[fault - 1 : fault + 1] in (b"\n{", b"\n["):
        own = text.count(b"\n", 0, fault)
        lines.push_back(rows[own:])
        return span(start, start + own - 1)
    lines.push_back(rows[1:])
    return passed_over(lines, start, rows[0])


def passed_over(lines: NumberedLines, start: int, before: bytes) -> str:
    last = start
    for line in lines:
        if line is not None and starts_anew(line, before):
            lines.push_back([line])
            break
        if line is None or line.strip():
            before, last = line or b"", lines.number
    return span(start, last)


def starts_anew(line: bytes, before: bytes) -> bool:
    """Whether what follows a broken document is none of it.

    Nothing inside a broken client may pass for a client: a contact is an object, too.
    """
    if line[:1] in CONTINUES:
        return False
    is_whole = line.startswith(b"{") and line.rstrip().endswith(b"}")
    return line[0] not in OPENERS or is_whole or not before.rstrip().endswith(AWAITING)


def span(start: int, last: int) -> str:
    return f"; lines {start} to {last} are left out" if last > start else ""


def too_long(lines: NumberedLines) -> str:
    return f"longer than {lines.max_length:,} bytes"
