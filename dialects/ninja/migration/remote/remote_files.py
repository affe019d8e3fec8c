"""Finds the files of a client that another server's object names."""

from urllib.parse import quote

import msgspec
from msgspec import Struct

from dialects.base.migration.remote_api import RemoteFile


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
