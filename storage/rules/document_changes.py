"""Rules that turn drafts of documents into the documents of a client. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec import structs

from storage.model.documents import DocumentDraft
from storage.model.records import Client, Document


def apply_documents(
    record: Client, drafts: tuple[DocumentDraft, ...], serials: Iterator[int], now: datetime
) -> tuple[Document, ...]:
    """Return the documents of a client after a command with these drafts, sorted by serial.

    A document that no draft names is left out.
    """
    known = {document.serial: document for document in record.documents}
    documents = []
    for draft in drafts:
        given = structs.asdict(draft)
        del given["serial"]
        if draft.serial is None:
            documents.append(new_document(record, next(serials), given, now))
            continue
        before = known[draft.serial]
        after = structs.replace(before, **given)
        documents.append(before if after == before else structs.replace(after, updated_at=now))
    return tuple(sorted(documents, key=lambda document: document.serial))


def new_document(record: Client, serial: int, given: dict[str, Any], now: datetime) -> Document:
    """Return a new document of a client."""
    return Document(
        serial=serial,
        client_serial=record.serial,
        user_serial=record.user_serial,
        created_at=now,
        updated_at=now,
        **given,
    )


def merge_documents(record: Client, other: Client) -> tuple[Document, ...]:
    """Return the documents of two clients, all with `record` as their owner, sorted by serial."""
    moved_documents = [structs.replace(d, client_serial=record.serial) for d in other.documents]
    return tuple(
        sorted([*record.documents, *moved_documents], key=lambda document: document.serial)
    )
