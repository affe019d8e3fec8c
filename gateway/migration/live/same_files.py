"""Which documents here are the files of a client on a service: those of one name and size.

A service can keep a document under another name than it has here, for example a shorter one.
"""

from collections.abc import Iterable

from dialects.base.migration.remote_api import RemoteApi, RemoteFile
from storage import Document

FileKey = tuple[str, int]
"""The name and the size of a file."""


def keys_of_document(remote: RemoteApi, document: Document) -> set[FileKey]:
    """Return the keys that a document has here and at the service."""
    form = remote.upload_form("", document)
    return {(name, document.size) for name in (document.name, form.name if form else "")}


def is_among(remote: RemoteApi, file: RemoteFile, documents: Iterable[Document]) -> bool:
    """Whether a file of the service is one of the documents here."""
    return any((file.name, file.size) in keys_of_document(remote, one) for one in documents)


def missing_documents(
    remote: RemoteApi, documents: Iterable[Document], raw: bytes
) -> tuple[Document, ...]:
    """Return the documents that the service's object does not name; of equal ones the first."""
    there = {(file.name, file.size) for file in remote.list_files(raw)}
    missing: list[Document] = []
    for document in documents:
        keys = keys_of_document(remote, document)
        if not keys & there:
            missing.append(document)
            there |= keys
    return tuple(missing)
