"""Writes of documents in a transaction: a document is changed through its client."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from storage.clients import persistence, writes as client_writes
from storage.model.commands import ChangeClient
from storage.model.documents import DocumentDraft, draft_of_document
from storage.model.errors import NotFound
from storage.model.generators import Generators
from storage.model.preconditions import Precondition
from storage.model.records import Client, Document

from . import reads as document_reads

Redraft = Callable[[Document], DocumentDraft | None]
"""A function that returns the new draft of a document, or None to delete it."""


def no_draft(_document: Document) -> None:
    """Return None: the redraft that deletes a document."""


def change_document(
    connection: Connection,
    account_id: int,
    serial: int,
    redraft: Redraft,
    *,
    precondition: Precondition,
    generators: Generators,
) -> tuple[Client, Client]:
    """Change a document, and return its client before and after.

    Raises NotFound if there is no document, Locked if the client is deleted, Stale if the client
    does not meet the precondition.
    """

    def change(record: Client) -> ChangeClient:
        drafts = [
            redraft(d) if d.serial == serial else draft_of_document(d) for d in record.documents
        ]
        return ChangeClient(documents=tuple(d for d in drafts if d is not None))

    owner = document_reads.get_document(connection, account_id, serial).client_serial
    before = persistence.lock_client(connection, account_id, owner)
    if all(d.serial != serial for d in before.documents):
        raise NotFound("document")  # Another transaction deleted it before the lock.
    precondition.check(before)
    after = client_writes.change_locked_client(connection, account_id, before, change, generators)
    return before, after


def remove_documents(
    connection: Connection, account_id: int, serials: Sequence[int], generators: Generators
) -> tuple[Document, ...]:
    """Delete documents, also those of deleted clients, and return them.

    Serials that do not exist are left out.
    """
    wanted, removed = frozenset(serials), list[Document]()

    def change(record: Client) -> ChangeClient:
        removed.extend(d for d in record.documents if d.serial in wanted)
        kept = (d for d in record.documents if d.serial not in wanted)
        return ChangeClient(documents=tuple(map(draft_of_document, kept)))

    owners = document_reads.list_owners(connection, account_id, serials)
    client_writes.change_clients(connection, account_id, owners, change, generators)
    return tuple(removed)


def blob_name(account_id: int, document: Document | DocumentDraft) -> str:
    """Return the name of a document's bytes in the blob store."""
    return f"{account_id}/{document.hash}"
