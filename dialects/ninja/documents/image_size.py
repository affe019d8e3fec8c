"""Width and height of an image, read from its header only."""

import struct
from typing import BinaryIO

NO_SIZE = (0, 0)
MAX_SEGMENTS = 500
NOT_FRAMES = frozenset({0xC4, 0xC8, 0xCC})
"""JPEG markers within the range of the frame markers that have another meaning."""
MARKERS_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - NOT_FRAMES
END_MARKER, SCAN_MARKER = 0xD9, 0xDA


def image_size(file: BinaryIO) -> tuple[int, int]:
    """Return the width and height of an image; zeros for another file or a broken image."""
    file.seek(0)
    head = file.read(32)
    try:
        if head.startswith(b"\x89PNG\r\n\x1a\n"):
            return read_pair(">II", head, 16)
        if head.startswith((b"GIF87a", b"GIF89a")):
            return read_pair("<HH", head, 6)
        if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
            return webp_size(head)
        return jpeg_size(file) if head.startswith(b"\xff\xd8") else NO_SIZE
    except struct.error:
        return NO_SIZE  # the file ends within its header


def read_pair(layout: str, head: bytes, offset: int) -> tuple[int, int]:
    """Return two numbers as width and height; zeros if one of them is no 32-bit signed integer."""
    width, height = struct.unpack_from(layout, head, offset)
    return (width, height) if max(width, height) < 2**31 else NO_SIZE


def webp_size(head: bytes) -> tuple[int, int]:
    match head[12:16]:
        case b"VP8 ":
            width, height = read_pair("<HH", head, 26)
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", head, 21)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X" if len(head) >= 30:  # noqa: PLR2004  three bytes each, from 24 on
            return read_little_endian(head[24:27]) + 1, read_little_endian(head[27:30]) + 1
        case _:
            return NO_SIZE


def read_little_endian(head: bytes) -> int:
    return int.from_bytes(head, "little")


def jpeg_size(file: BinaryIO) -> tuple[int, int]:
    """Return the size in the first frame segment; zeros if there is none.

    Every other segment is skipped as one piece, so an image embedded in it is not read.
    """
    file.seek(2)
    for _ in range(MAX_SEGMENTS):
        fill, marker = struct.unpack(">BB", file.read(2))
        if fill != 0xFF or marker in {END_MARKER, SCAN_MARKER}:  # noqa: PLR2004  first byte of a marker
            return NO_SIZE
        if marker == 0xFF:  # noqa: PLR2004  one more fill byte
            file.seek(-1, 1)
        elif marker not in MARKERS_WITHOUT_LENGTH:
            (length,) = struct.unpack(">H", file.read(2))
            if marker in FRAME_MARKERS:
                _, height, width = struct.unpack(">BHH", file.read(5))
                return width, height
            file.seek(max(length - 2, 0), 1)
    return NO_SIZE
