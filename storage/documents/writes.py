from collections.abc import Callable

from sqlalchemy import Connection

from storage.clients import persistence, writes as clients_writes
from storage.model.commands import ChangeClient
from storage.model.documents import DocumentDraft, drafted_document
from storage.model.errors import NotFound
from storage.model.generators import Makers
from storage.model.preconditions import Expected
from storage.model.records import Client, Document

from . import reads as documents_reads

Redraft = Callable[[Document], DocumentDraft | None]
"""How a document shall be afterwards; None when it shall be no more."""


def removed(_document: Document) -> None:
    """A document that shall be no more."""


def redrafted(
    connection: Connection,
    account_id: int,
    serial: int,
    redraft: Redraft,
    *,
    expected: Expected,
    makers: Makers,
) -> tuple[Client, Client]:
    """The client of a document before and after."""

    def change(record: Client) -> ChangeClient:
        drafts = [
            redraft(d) if d.serial == serial else drafted_document(d) for d in record.documents
        ]
        return ChangeClient(documents=tuple(d for d in drafts if d is not None))

    owner = documents_reads.found(connection, account_id, serial).client_serial
    before = persistence.locked(connection, account_id, owner)
    if all(d.serial != serial for d in before.documents):
        raise NotFound("document")  # somebody was faster
    expected.check(before)
    return before, clients_writes.changed(connection, account_id, before, change, makers)


def path(account_id: int, document: Document | DocumentDraft) -> str:
    return f"{account_id}/{document.hash}"
