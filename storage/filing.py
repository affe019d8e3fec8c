"""Documents as they are asked for, and drafts as they become documents; pure."""

import enum
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from msgspec import Struct, structs

from .records import Client, Document


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


def drafted_document(document: Document) -> DocumentDraft:
    """The draft that leaves a document as it is."""
    fields = DocumentDraft.__struct_fields__
    return DocumentDraft(**{field: getattr(document, field) for field in fields})


class DocumentOrder(enum.Enum):
    """Columns that a list of documents can be sorted by; equal ones are sorted by serial."""

    SERIAL = "serial"
    NAME = "name_folded"
    TYPE = "type"
    SIZE = "size"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


class DocumentQuery(Struct, frozen=True, kw_only=True):
    """Which documents; the conditions combine with AND. `name` is part of the name in any case."""

    client_serials: tuple[int, ...] | None = None
    name: str | None = None
    is_public: bool | None = None
    types: frozenset[str] | None = None
    other_than: frozenset[str] = frozenset()
    order: DocumentOrder = DocumentOrder.SERIAL
    is_descending: bool = False
    offset: int = 0
    limit: int = 20


def applied_documents(
    record: Client, drafts: tuple[DocumentDraft, ...], serials: Iterator[int], now: datetime
) -> tuple[Document, ...]:
    """Drafts become documents, in the order of their serials."""
    known = {document.serial: document for document in record.documents}
    kept = []
    for draft in drafts:
        given = structs.asdict(draft)
        del given["serial"]
        if draft.serial is None:
            kept.append(new_document(record, next(serials), given, now))
            continue
        before = known[draft.serial]
        after = structs.replace(before, **given)
        kept.append(before if after == before else structs.replace(after, updated_at=now))
    return tuple(sorted(kept, key=lambda document: document.serial))


def new_document(record: Client, serial: int, given: dict[str, Any], now: datetime) -> Document:
    return Document(
        serial=serial,
        client_serial=record.serial,
        user_serial=record.user_serial,
        created_at=now,
        updated_at=now,
        **given,
    )


def merged_documents(record: Client, other: Client) -> tuple[Document, ...]:
    """The documents of both, all of them the record's own."""
    moving = [structs.replace(d, client_serial=record.serial) for d in other.documents]
    return tuple(sorted([*record.documents, *moving], key=lambda document: document.serial))
