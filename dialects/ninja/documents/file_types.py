"""Detection of a file's type by its first bytes.

The name decides only between types that begin alike. Of texts it decides nothing: the original
looks for JSON, which it refuses, and for CSV.
"""

import json
import re

import filetype

HEAD_SIZE = 8192
"""The number of bytes from which the type is detected."""
OFFICE_TYPES = ("zip", "docx", "xlsx", "pptx", "odt", "ods", "odp")
LOOK_ALIKE_TYPES = {
    "jpg": ("jpg", "jpeg"),
    "tif": ("tiff",),
    "pdf": ("pdf", "ai"),
    "ps": ("ai",),
    "zip": OFFICE_TYPES,
}
"""The types of this API that a file may have, for each guess of `filetype`; the usual one first."""
COMPOUND_TYPES = ("doc", "xls", "ppt")
COMPOUND_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The first bytes of office files from before 2007.

Other files in this container format, for example installers, are refused.
"""
MIN_TEXT_SIZE = 3
"""A shorter text has no type for the original."""
JSON_STARTS = ("", "{", "[")
"""What may follow a JSON value in a text that is JSON: nothing, or the next value."""
MAX_CUT_TOKEN = 8
"""Characters that the last token of a JSON text may have if the text is cut."""
MAX_CSV_LINES, MIN_CSV_LINES = 10, 3
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
QUOTED_TEXT = re.compile(rb'"[^"]*"')
XML_DECLARATION = re.compile(rb"(\xef\xbb\xbf)?\s*<\?xml\s")
HTML_TAG = re.compile(
    rb"<(svg|html|head|body|script|iframe|!doctype\s+(html|svg))\b", re.IGNORECASE
)
SCRIPT_START = re.compile(rb"(\xef\xbb\xbf)?\s*(#!|<\?php|<\?=|<[a-z!])", re.IGNORECASE)
"""The start of a file that a browser or a shell would run. It is neither XML nor text here."""

MIME_TYPES = {
    "png": "image/png",
    "ai": "application/postscript",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "tiff": "image/tiff",
    "pdf": "application/pdf",
    "gif": "image/gif",
    "psd": "image/vnd.adobe.photoshop",
    "txt": "text/plain",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "webp": "image/webp",
    "xml": "application/xml",
    "zip": "application/zip",
    "csv": "text/csv",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "odp": "application/vnd.oasis.opendocument.presentation",
}
"""The accepted types, in the order in which this API names them, with their Content-Type."""
UNNAMED_TYPES = frozenset({"jpg"})
"""Accepted types that a refusal does not name: to the original, `jpg` is `jpeg`."""
IMAGE_TYPES = frozenset({"png", "jpeg", "jpg", "gif", "webp", "tiff", "psd"})


def detect_type(head: bytes, name: str) -> str | None:
    """Return the accepted type of a file as an extension, or None if its type is not accepted.

    `head` is the first HEAD_SIZE bytes of the file.
    """
    suffix = name.rpartition(".")[2].lower()
    if head.startswith(COMPOUND_MAGIC):
        return suffix if suffix in COMPOUND_TYPES else None
    guess = filetype.guess_extension(head) or "" if head else ""
    types = LOOK_ALIKE_TYPES.get(guess, (guess,) if guess in MIME_TYPES else ())
    if not types and head and not CONTROL_BYTES.search(head):
        types = text_types(head)
    if not types and head.startswith(UTF16_MARKS):
        types = ("txt",)
    return suffix if suffix in types else next(iter(types), None)


def text_types(head: bytes) -> tuple[str, ...]:
    """Return the types that a text without control characters may have."""
    if XML_DECLARATION.match(head):
        return () if HTML_TAG.search(head) else ("xml",)
    if len(head) < MIN_TEXT_SIZE or SCRIPT_START.match(head) or is_json(head):
        return ()
    return ("csv",) if is_csv(head) else ("txt",)


def is_json(head: bytes) -> bool:
    """Whether a text is an object or a list in JSON, or several of them, as far as it is there."""
    text = head.decode(errors="replace").lstrip()
    if not text.startswith(JSON_STARTS[1:]):
        return False
    try:
        value, end = json.JSONDecoder().raw_decode(text)
    except json.JSONDecodeError as error:
        is_cut = "Unterminated" in error.msg or error.pos >= len(text) - MAX_CUT_TOKEN
        return len(head) == HEAD_SIZE and is_cut
    except RecursionError:
        return True
    is_structure = isinstance(value, dict) or len(value) > 1
    return is_structure and text[end:].lstrip()[:1] in JSON_STARTS


def is_csv(head: bytes) -> bool:
    """Whether the first lines of a text have equally many commas outside of quotes."""
    lines = QUOTED_TEXT.sub(b"", head).split(b"\n")[:-1][:MAX_CSV_LINES]
    commas = {line.count(b",") for line in lines}
    return len(lines) >= MIN_CSV_LINES and len(commas) == 1 and 0 not in commas
