from typing import BinaryIO

from msgspec import Struct

from .records import Document


class Upload(Struct, frozen=True, kw_only=True):
    """A file that somebody sent, its bytes still unread. `type` is an extension."""

    name: str
    type: str
    file: BinaryIO
    size: int
    width: int = 0
    height: int = 0
    is_public: bool = True


class DocumentDraft(Struct, frozen=True, kw_only=True):
    """How one document shall be afterwards: a known `serial` is changed in place, None is new.

    `hash` names bytes that are stored already.
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
    """The draft that leaves a document as it is."""
    fields = DocumentDraft.__struct_fields__
    return DocumentDraft(**{field: getattr(document, field) for field in fields})
