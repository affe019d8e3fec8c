"""Sent files, checked: how large, of which type, under which name. Knows no request."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from storage import Invalid, Path, Problem, Upload

from ..protocol.scalars import read_flag, trim
from .file_types import HEAD, IMAGE_TYPES, MIME, detect_type
from .image_size import image_size

LARGEST_KILOBYTES = 100_000
LONGEST_NAME = 255
TYPES = ", ".join(MIME)
SUFFIX = re.compile(r"\.[0-9A-Za-z]{1,10}$", re.ASCII)


class SentFile(NamedTuple):
    """A file as it came, and the field that it came in."""

    path: Path
    name: str
    file: BinaryIO
    size: int


def check_uploads(files: Sequence[SentFile], is_public: object) -> list[Upload]:
    """Raise Invalid with the sentences of the original for files it would refuse."""
    problems, uploads = [], []
    is_shown = read_flag(is_public) if isinstance(is_public, str) else is_public is None or None
    if is_shown is None:
        problems.append(Problem(("is_public",), "The is public field must be true or false."))
    for sent in files:
        found = detect_type(head(sent.file), sent.name)
        problems += upload_problems(sent, found)
        width, height = image_size(sent.file) if found in IMAGE_TYPES else (0, 0)
        uploads.append(
            Upload(
                name=display_file_name(sent.name) or f"document.{found}",
                type=str(found),
                file=sent.file,
                size=sent.size,
                width=width,
                height=height,
                is_public=bool(is_shown),
            )
        )
    if problems:
        raise Invalid(*problems)
    return uploads


def upload_problems(sent: SentFile, found: str | None) -> Iterator[Problem]:
    field = ".".join(map(str, sent.path))
    if found is None:
        yield Problem(sent.path, f"The {field} must be a file of type: {TYPES}.")
    if sent.size > LARGEST_KILOBYTES * 1024:
        words = f"The {field} must not be greater than {LARGEST_KILOBYTES} kilobytes."
        yield Problem(sent.path, words)


def head(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(HEAD)


def display_file_name(name: str) -> str:
    """A name that is no path and fits on a line; a long one is cut before its extension."""
    plain = "".join(c for c in name.replace("/", "-") if unicodedata.category(c) not in INVISIBLE)
    plain = trim(plain)
    if len(plain) <= LONGEST_NAME:
        return plain
    suffix = SUFFIX.search(plain)
    ending = suffix[0] if suffix else ""
    return plain[: LONGEST_NAME - len(ending)] + ending


INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, and characters that turn the direction of a name or break its line."""
