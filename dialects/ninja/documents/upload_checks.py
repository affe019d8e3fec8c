"""Checks of uploaded files: their size, type and name. No HTTP."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from msgspec import UNSET

from storage import Invalid, Path, Problem, Upload

from ..protocol.messages import LOGO_TYPES, WRONG_LOGO
from ..protocol.scalars import read_flag, trim
from .file_types import HEAD_SIZE, IMAGE_TYPES, MIME_TYPES, UNNAMED_TYPES, detect_type
from .image_size import image_size

MAX_KILOBYTES = 100_000
MAX_LOGO_KILOBYTES = 10_000
MAX_FILE_NAME_LENGTH = 255
ACCEPTED_TYPES = ", ".join(name for name in MIME_TYPES if name not in UNNAMED_TYPES)
SUFFIX = re.compile(r"\.[0-9A-Za-z]{1,10}$", re.ASCII)


class SentFile(NamedTuple):
    """An uploaded file, and the path of the field that it was sent in."""

    path: Path
    name: str
    file: BinaryIO
    size: int


def check_uploads(files: Sequence[SentFile], is_public: object) -> list[Upload]:
    """Return the files as uploads for the store. They are public if `is_public` is UNSET.

    Raises Invalid for files that the original would refuse, with the sentences of the original.
    """
    problems, uploads = [], []
    is_visible = read_flag(is_public) if isinstance(is_public, str) else is_public is UNSET or None
    if is_visible is None:
        problems.append(Problem(("is_public",), "The is public field must be true or false."))
    for sent in files:
        file_type = detect_type(read_head(sent.file), sent.name)
        problems += upload_problems(sent, file_type)
        width, height = image_size(sent.file) if file_type in IMAGE_TYPES else (0, 0)
        uploads.append(
            Upload(
                name=display_file_name(last_part(sent.name)) or f"document.{file_type}",
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


def check_logo(sent: SentFile) -> Upload:
    """Return a picture as an upload for the store.

    Raises Invalid for a file that the original would refuse, with the sentence of the original.
    """
    file_type = detect_type(read_head(sent.file), sent.name)
    if file_type not in LOGO_TYPES:
        raise Invalid(Problem(sent.path, WRONG_LOGO))
    if sent.size > MAX_LOGO_KILOBYTES * 1024:
        message = f"The company logo must not be greater than {MAX_LOGO_KILOBYTES} kilobytes."
        raise Invalid(Problem(sent.path, message))
    return Upload(name=sent.name, type=file_type, file=sent.file, size=sent.size)


def read_head(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(HEAD_SIZE)


def last_part(path: str) -> str:
    """Return a file's name without its folders, whether slashes or backslashes part them."""
    return path.replace("\\", "/").rpartition("/")[2]


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
