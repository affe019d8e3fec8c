"""Checks of uploaded files: their size, type and name. No HTTP."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from storage import Invalid, Path, Problem, Upload

from ..protocol.scalars import read_flag, trim
from .file_types import HEAD_SIZE, IMAGE_TYPES, MIME_TYPES, detect_type
from .image_size import image_size

MAX_KILOBYTES = 100_000
MAX_FILE_NAME_LENGTH = 255
ACCEPTED_TYPES = ", ".join(MIME_TYPES)
SUFFIX = re.compile(r"\.[0-9A-Za-z]{1,10}$", re.ASCII)


class SentFile(NamedTuple):
    """An uploaded file, and the path of the field that it was sent in."""

    path: Path
    name: str
    file: BinaryIO
    size: int


def check_uploads(files: Sequence[SentFile], is_public: object) -> list[Upload]:
    """Return the files as uploads for the store.

    Raises Invalid for files that the original would refuse, with the sentences of the original.
    """
    problems, uploads = [], []
    is_visible = read_flag(is_public) if isinstance(is_public, str) else is_public is None or None
    if is_visible is None:
        problems.append(Problem(("is_public",), "The is public field must be true or false."))
    for sent in files:
        file_type = detect_type(read_head(sent.file), sent.name)
        problems += upload_problems(sent, file_type)
        width, height = image_size(sent.file) if file_type in IMAGE_TYPES else (0, 0)
        uploads.append(
            Upload(
                name=display_file_name(sent.name) or f"document.{file_type}",
                type=str(file_type),
                file=sent.file,
                size=sent.size,
                width=width,
                height=height,
                is_public=bool(is_visible),
            )
        )
    if problems:
        raise Invalid(*problems)
    return uploads


def upload_problems(sent: SentFile, file_type: str | None) -> Iterator[Problem]:
    """Yield the problems of a file; `file_type` is None if its type is not accepted."""
    field = ".".join(map(str, sent.path))
    if file_type is None:
        yield Problem(sent.path, f"The {field} must be a file of type: {ACCEPTED_TYPES}.")
    if sent.size > MAX_KILOBYTES * 1024:
        message = f"The {field} must not be greater than {MAX_KILOBYTES} kilobytes."
        yield Problem(sent.path, message)


def read_head(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(HEAD_SIZE)


def display_file_name(name: str) -> str:
    """Return a file name without invisible characters; slashes become hyphens, so it is no path.

    A name that is too long is cut before its extension.
    """
    clean_name = "".join(
        c for c in name.replace("/", "-") if unicodedata.category(c) not in INVISIBLE_CATEGORIES
    )
    clean_name = trim(clean_name)
    if len(clean_name) <= MAX_FILE_NAME_LENGTH:
        return clean_name
    suffix = SUFFIX.search(clean_name)
    ending = suffix[0] if suffix else ""
    return clean_name[: MAX_FILE_NAME_LENGTH - len(ending)] + ending


INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories of controls, line separators, and characters that turn the direction."""
