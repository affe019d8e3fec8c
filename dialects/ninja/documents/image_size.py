"""Width and height of a picture, from its header alone."""

import struct
from typing import BinaryIO

NONE = (0, 0)
MOST_SEGMENTS = 500
NO_FRAME = frozenset({0xC4, 0xC8, 0xCC})
"""Between the JPEG markers of frames, these three say something else."""
STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
FRAMES = frozenset(range(0xC0, 0xD0)) - NO_FRAME
END, SCAN = 0xD9, 0xDA


def image_size(file: BinaryIO) -> tuple[int, int]:
    """Zeros for what is no picture, or a broken one."""
    file.seek(0)
    head = file.read(32)
    try:
        if head.startswith(b"\x89PNG\r\n\x1a\n"):
            return pair(">II", head, 16)
        if head.startswith((b"GIF87a", b"GIF89a")):
            return pair("<HH", head, 6)
        if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
            return webp(head)
        return jpeg(file) if head.startswith(b"\xff\xd8") else NONE
    except struct.error:
        return NONE  # cut off within its header


def pair(layout: str, head: bytes, place: int) -> tuple[int, int]:
    width, height = struct.unpack_from(layout, head, place)
    return (width, height) if max(width, height) < 2**31 else NONE


def webp(head: bytes) -> tuple[int, int]:
    match head[12:16]:
        case b"VP8 ":
            width, height = pair("<HH", head, 26)
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", head, 21)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X" if len(head) >= 30:  # noqa: PLR2004  three bytes each, from 24 on
            return little(head[24:27]) + 1, little(head[27:30]) + 1
        case _:
            return NONE


def little(head: bytes) -> int:
    return int.from_bytes(head, "little")


def jpeg(file: BinaryIO) -> tuple[int, int]:
    """From segment to segment to the first frame; pictures in pictures are stepped over."""
    file.seek(2)
    for _ in range(MOST_SEGMENTS):
        fill, marker = struct.unpack(">BB", file.read(2))
        if fill != 0xFF or marker in {END, SCAN}:  # noqa: PLR2004  every marker begins so
            return NONE
        if marker == 0xFF:  # noqa: PLR2004  one more byte of filling
            file.seek(-1, 1)
        elif marker not in STANDALONE:
            (length,) = struct.unpack(">H", file.read(2))
            if marker in FRAMES:
                _, height, width = struct.unpack(">BHH", file.read(5))
                return width, height
            file.seek(max(length - 2, 0), 1)
    return NONE
