"""Documents as they are asked for, and drafts as they become documents; pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec import structs

from storage.model.documents import DocumentDraft
from storage.model.records import Client, Document


def apply_documents(
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


def merge_documents(record: Client, other: Client) -> tuple[Document, ...]:
    """The documents of both, all of them the record's own."""
    moving = [structs.replace(d, client_serial=record.serial) for d in other.documents]
    return tuple(sorted([*record.documents, *moving], key=lambda document: document.serial))
