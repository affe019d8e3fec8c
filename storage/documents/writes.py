from collections.abc import Callable

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
"""How a document shall be afterwards; None when it shall be no more."""


def no_draft(_document: Document) -> None:
    """A document that shall be no more."""


def change_document(
    connection: Connection,
    account_id: int,
    serial: int,
    redraft: Redraft,
    *,
    precondition: Precondition,
    generators: Generators,
) -> tuple[Client, Client]:
    """The client of a document before and after."""

    def change(record: Client) -> ChangeClient:
        drafts = [
            redraft(d) if d.serial == serial else draft_of_document(d) for d in record.documents
        ]
        return ChangeClient(documents=tuple(d for d in drafts if d is not None))

    owner = document_reads.get_document(connection, account_id, serial).client_serial
    before = persistence.lock_client(connection, account_id, owner)
    if all(d.serial != serial for d in before.documents):
        raise NotFound("document")  # somebody was faster
    precondition.check(before)
    return before, client_writes.change_locked(connection, account_id, before, change, generators)


def blob_name(account_id: int, document: Document | DocumentDraft) -> str:
    return f"{account_id}/{document.hash}"
