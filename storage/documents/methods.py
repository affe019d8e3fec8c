"""The documents of the store: rows in the database, bytes elsewhere.

Bytes are stored before the row that speaks of them, and removed after it: whatever stops halfway
leaves bytes that nobody knows of, and never a row without its bytes.
"""

import logging
from collections.abc import Iterator, Sequence

from storage.database.transactions import TransactionRunner
from storage.model.documents import DocumentDraft, Upload
from storage.model.errors import Failure, Unavailable
from storage.model.preconditions import NO_PRECONDITION, Precondition
from storage.model.queries import DocumentQuery
from storage.model.records import Document, Page

from . import reads as document_reads
from .blob_store import BlobStore
from .writes import Redraft, blob_name, change_document, no_draft

logger = logging.getLogger("gateway.storage")

NAME_LENGTH = 40


class DocumentMethods(TransactionRunner):
    _blobs: BlobStore | None

    def get_document(self, account_id: int, serial: int) -> Document:
        return self._read(document_reads.get_document, account_id, serial)

    def list_documents(self, account_id: int, query: DocumentQuery) -> Page[Document]:
        return self._read(document_reads.list_documents, account_id, query)

    def change_document(
        self,
        account_id: int,
        serial: int,
        redraft: Redraft,
        precondition: Precondition = NO_PRECONDITION,
    ) -> Document:
        """A document is changed with its client: raises Locked for a deleted one's, Stale for
        one that is not as expected."""
        _, after = self._write(
            change_document,
            account_id,
            serial,
            redraft,
            precondition=precondition,
            generators=self._generators,
        )
        return next(d for d in after.documents if d.serial == serial)

    def remove_document(
        self, account_id: int, serial: int, precondition: Precondition = NO_PRECONDITION
    ) -> None:
        before, after = self._write(
            change_document,
            account_id,
            serial,
            no_draft,
            precondition=precondition,
            generators=self._generators,
        )
        self.delete_blobs(account_id, [d for d in before.documents if d not in after.documents])

    # Bytes: no transaction, and nothing that a database waits for

    def store_uploads(
        self, account_id: int, uploads: Sequence[Upload]
    ) -> tuple[DocumentDraft, ...]:
        """Store the bytes of all of them or, when one cannot be stored, of none."""
        drafts: list[DocumentDraft] = []
        try:
            for upload in uploads:
                draft = self._draft_upload(upload)
                self._blob_store.write(blob_name(account_id, draft), upload.file)
                drafts.append(draft)
        except Failure:
            self.delete_blobs(account_id, drafts)
            raise
        return tuple(drafts)

    def _draft_upload(self, upload: Upload) -> DocumentDraft:
        return DocumentDraft(
            name=upload.name,
            type=upload.type,
            hash=f"{self._generators.random_text(NAME_LENGTH)}.{upload.type}",
            size=upload.size,
            width=upload.width,
            height=upload.height,
            is_public=upload.is_public,
        )

    def delete_blobs(self, account_id: int, documents: Sequence[Document | DocumentDraft]) -> None:
        """Remove bytes that no row speaks of. What cannot be removed now is told in the log."""
        for document in documents:
            try:
                self._blob_store.remove(blob_name(account_id, document))
            except Unavailable as failure:
                logger.warning("%s remains: %s", blob_name(account_id, document), failure)

    def open_blob(self, account_id: int, document: Document) -> Iterator[bytes]:
        """The bytes in pieces. Raises NotFound at once when they are gone."""
        return self._blob_store.read(blob_name(account_id, document))

    @property
    def _blob_store(self) -> BlobStore:
        if self._blobs is None:
            raise Unavailable("this store has no place for documents")
        return self._blobs
