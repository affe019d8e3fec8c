"""What a file is, judged by its first bytes; its name only decides between look-alikes."""

import re

import filetype

HEAD = 8192
"""Bytes that are looked at."""
OFFICE = ("zip", "docx", "xlsx", "pptx", "odt", "ods", "odp")
LOOK_ALIKE = {
    "jpg": ("jpg", "jpeg"),
    "tif": ("tiff",),
    "pdf": ("pdf", "ai"),
    "ps": ("ai",),
    "zip": OFFICE,
}
"""By the library's word: the extensions of this API that such bytes may have, the usual first."""
COMPOUND = ("doc", "xls", "ppt")
COMPOUND_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Office files of before 2007; others that are built alike, such as installers, are refused."""
TEXT = ("txt", "csv")
WIDE_TEXT = (b"\xff\xfe", b"\xfe\xff")
CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
XML = re.compile(rb"(\xef\xbb\xbf)?\s*<\?xml\s")
PAGE = re.compile(rb"<(svg|html|head|body|script|iframe|!doctype\s+(html|svg))\b", re.IGNORECASE)
PROGRAM = re.compile(rb"(\xef\xbb\xbf)?\s*(#!|<\?php|<\?=|<[a-z!])", re.IGNORECASE)
"""What a browser or a shell would run is no XML and no text for us."""

MIME = {
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
"""The accepted types in the order in which this API names them, and how they are served."""
IMAGE_TYPES = frozenset({"png", "jpeg", "jpg", "gif", "webp", "tiff", "psd"})


def detect_type(head: bytes, name: str) -> str | None:
    """The extension of one of the accepted types, or None."""
    suffix = name.rpartition(".")[2].lower()
    if head.startswith(COMPOUND_MAGIC):
        return suffix if suffix in COMPOUND else None
    word = filetype.guess_extension(head) or "" if head else ""
    family = LOOK_ALIKE.get(word, (word,) if word in MIME else ())
    if not family and head and not CONTROLS.search(head):
        family = text_family(head)
    if not family and head.startswith(WIDE_TEXT):
        family = TEXT
    return suffix if suffix in family else next(iter(family), None)


def text_family(head: bytes) -> tuple[str, ...]:
    if XML.match(head):
        return () if PAGE.search(head) else ("xml",)
    return () if PROGRAM.match(head) else TEXT
