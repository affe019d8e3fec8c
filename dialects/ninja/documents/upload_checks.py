"""Sent files, checked: how large, of which type, under which name. Knows no request."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from storage import Invalid, Path, Problem, Upload

from ..protocol.scalars import read_flag, trimmed
from .file_types import HEAD, MIME, PICTURES, kind
from .image_size import dimensions

LARGEST_KILOBYTES = 100_000
LONGEST_NAME = 255
TYPES = ", ".join(MIME)
SUFFIX = re.compile(r"\.[0-9A-Za-z]{1,10}$", re.ASCII)


class Sent(NamedTuple):
    """A file as it came, and the field that it came in."""

    path: Path
    name: str
    file: BinaryIO
    size: int


def read(files: Sequence[Sent], is_public: object) -> list[Upload]:
    """Raise Invalid with the sentences of the original for files it would refuse."""
    problems, uploads = [], []
    is_shown = read_flag(is_public) if isinstance(is_public, str) else is_public is None or None
    if is_shown is None:
        problems.append(Problem(("is_public",), "The is public field must be true or false."))
    for sent in files:
        found = kind(head(sent.file), sent.name)
        problems += refusals(sent, found)
        width, height = dimensions(sent.file) if found in PICTURES else (0, 0)
        uploads.append(
            Upload(
                name=shown_name(sent.name) or f"document.{found}",
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


def refusals(sent: Sent, found: str | None) -> Iterator[Problem]:
    field = ".".join(map(str, sent.path))
    if found is None:
        yield Problem(sent.path, f"The {field} must be a file of type: {TYPES}.")
    if sent.size > LARGEST_KILOBYTES * 1024:
        words = f"The {field} must not be greater than {LARGEST_KILOBYTES} kilobytes."
        yield Problem(sent.path, words)


def head(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(HEAD)


def shown_name(name: str) -> str:
    """A name that is no path and fits on a line; a long one is cut before its extension."""
    plain = "".join(c for c in name.replace("/", "-") if unicodedata.category(c) not in INVISIBLE)
    plain = trimmed(plain)
    if len(plain) <= LONGEST_NAME:
        return plain
    suffix = SUFFIX.search(plain)
    ending = suffix[0] if suffix else ""
    return plain[: LONGEST_NAME - len(ending)] + ending


INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, and characters that turn the direction of a name or break its line."""
