"""Uploads, and drafts of documents."""

from typing import BinaryIO

from msgspec import Struct

from .records import Document


class Upload(Struct, frozen=True, kw_only=True):
    """An uploaded file, its bytes not read yet. `type` is a file extension."""

    name: str
    type: str
    file: BinaryIO
    size: int
    width: int = 0
    height: int = 0
    is_public: bool = True


class DocumentDraft(Struct, frozen=True, kw_only=True):
    """The state that one document gets by a command.

    A known `serial` changes that document in place; None creates a document. `hash` names bytes
    that are stored already.
    """

    serial: int | None = None
    name: str
    type: str
    hash: str
    size: int
    width: int = 0
    height: int = 0
    is_public: bool = True


def draft_of_document(document: Document) -> DocumentDraft:
    """Return the draft that leaves a document unchanged."""
    fields = DocumentDraft.__struct_fields__
    return DocumentDraft(**{field: getattr(document, field) for field in fields})
