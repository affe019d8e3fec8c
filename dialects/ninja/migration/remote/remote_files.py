"""Files of a client on another server: those that its object names, and the form that adds one."""

import unicodedata
from urllib.parse import quote

import msgspec
from msgspec import Struct

from dialects.base.migration.remote_api import FileUpload, RemoteFile
from storage import Document

from ...documents.file_types import MIME_TYPES
from ...protocol.scalars import trim
from .remote_writes import client_path

MAX_NAME_LENGTH = 150
"""Characters of a file name that every server keeps whole."""
UNREADABLE_IN_FORMS = str.maketrans({'"': "'", "\\": "-", "/": "-"})
"""PHP takes what is before a slash for a folder, and ends the name at a quote."""
DEFAULT_MIME_TYPE = "application/octet-stream"


class FileEntry(Struct):
    """A file in the `documents` of an object."""

    id: str = ""
    name: str = ""
    type: str = ""
    size: int = 0
    is_public: bool = True
    width: int = 0
    height: int = 0
    is_deleted: bool = False


class FileEntries(Struct):
    """The files of an object. Its other keys are ignored."""

    documents: list[FileEntry] = []


def list_files(raw: bytes) -> tuple[RemoteFile, ...]:
    """Return the files of an object that can be downloaded, none if it names them in another form.

    Deleted files and files without an id are left out.
    """
    try:
        entries = msgspec.json.decode(raw, type=FileEntries, strict=False).documents
    except msgspec.MsgspecError:
        return ()
    return tuple(
        RemoteFile(
            path=f"/api/v1/documents/{quote(entry.id, safe='')}/download",
            name=entry.name,
            type=entry.type or entry.name.rpartition(".")[2].lower(),
            size=entry.size,
            is_public=entry.is_public,
            width=entry.width,
            height=entry.height,
        )
        for entry in entries
        if entry.id and not entry.is_deleted
    )


def upload_form(foreign_id: str, document: Document) -> FileUpload:
    """Return the form that gives a client a file. A real PUT loses it: PHP reads only a POST."""
    return FileUpload(
        path=f"{client_path(foreign_id)}/upload",
        fields={"_method": "PUT", "is_public": "true" if document.is_public else "false"},
        part="documents[]",
        name=sent_name(document),
        type=MIME_TYPES.get(document.type, DEFAULT_MIME_TYPE),
    )


def sent_name(document: Document) -> str:
    """Return a file's name so that the server keeps it as it is sent.

    A long name is cut before its extension.
    """
    readable = document.name.translate(UNREADABLE_IN_FORMS)
    name = trim("".join(c for c in readable if unicodedata.category(c) != "Cc"))
    stem, dot, extension = name.rpartition(".")
    if len(name) > MAX_NAME_LENGTH and stem and len(extension) < MAX_NAME_LENGTH // 2:
        return f"{stem[: MAX_NAME_LENGTH - len(extension) - 1]}{dot}{extension}"
    return name[:MAX_NAME_LENGTH] or f"document.{document.type}"
