"""Store methods for documents: rows in the database, bytes in a blob store.

Bytes are stored before the row that refers to them, and deleted after it. An interruption can
leave bytes without a row, but never a row without its bytes.
"""

import logging
import re
from collections.abc import Iterator, Sequence

from storage.database.transactions import TransactionRunner
from storage.model.documents import DocumentDraft, Upload
from storage.model.errors import Failure, NotFound, Unavailable
from storage.model.preconditions import NO_PRECONDITION, Precondition
from storage.model.queries import DocumentQuery
from storage.model.records import Document, Page

from . import reads as document_reads
from .blob_store import BlobStore
from .writes import Redraft, blob_name, change_document, no_draft, remove_documents

logger = logging.getLogger("gateway.storage")

BLOB_NAME_LENGTH = 40
LOGO_NAME = re.compile(rf"[0-9A-Za-z]{{{BLOB_NAME_LENGTH}}}\.[a-z]{{1,10}}", re.ASCII)


class DocumentMethods(TransactionRunner):
    """The store's methods for documents."""

    _blobs: BlobStore | None

    def get_document(self, account_id: int, serial: int) -> Document:
        """Return a document. Raises NotFound if there is none."""
        return self._read(document_reads.get_document, account_id, serial)

    def list_documents(self, account_id: int, query: DocumentQuery) -> Page[Document]:
        """Return one page of the documents that a query finds, and their total number."""
        return self._read(document_reads.list_documents, account_id, query)

    def change_document(
        self,
        account_id: int,
        serial: int,
        redraft: Redraft,
        precondition: Precondition = NO_PRECONDITION,
    ) -> Document:
        """Change a document of a client and return it.

        Raises Locked if the client is deleted, Stale if it does not meet the precondition.
        """
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
        """Delete a document: first its row, then its bytes.

        Raises Locked if the client is deleted, Stale if it does not meet the precondition.
        """
        before, after = self._write(
            change_document,
            account_id,
            serial,
            no_draft,
            precondition=precondition,
            generators=self._generators,
        )
        self.delete_blobs(account_id, [d for d in before.documents if d not in after.documents])

    def remove_documents(self, account_id: int, serials: Sequence[int]) -> None:
        """Delete documents in one transaction: first their rows, then their bytes.

        Documents of deleted clients are deleted too. Serials that do not exist are left out.
        """
        removed = self._write(remove_documents, account_id, serials, self._generators)
        self.delete_blobs(account_id, removed)

    # The methods from here on handle bytes, outside of any transaction.

    def store_uploads(
        self, account_id: int, uploads: Sequence[Upload]
    ) -> tuple[DocumentDraft, ...]:
        """Store the bytes of uploads and return drafts for them. If one fails, none is stored."""
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
            hash=f"{self._generators.random_text(BLOB_NAME_LENGTH)}.{upload.type}",
            size=upload.size,
            width=upload.width,
            height=upload.height,
            is_public=upload.is_public,
        )

    def delete_blobs(self, account_id: int, documents: Sequence[Document | DocumentDraft]) -> None:
        """Delete the bytes of documents that have no row. A failure is only logged."""
        for document in documents:
            try:
                self._blob_store.remove(blob_name(account_id, document))
            except Unavailable as failure:
                logger.warning("%s remains: %s", blob_name(account_id, document), failure)

    def open_blob(self, account_id: int, document: Document) -> Iterator[bytes]:
        """Return the bytes of a document in chunks. Raises NotFound at once if there are none."""
        return self._blob_store.read(blob_name(account_id, document))

    def store_logo(self, upload: Upload) -> str:
        """Store the bytes of a logo and return its random name. A logo has no row."""
        name = f"{self._generators.random_text(BLOB_NAME_LENGTH)}.{upload.type}"
        self._blob_store.write(logo_blob_name(name), upload.file)
        return name

    def open_logo(self, name: str) -> Iterator[bytes]:
        """Return the bytes of a logo in chunks. Raises NotFound at once if there are none."""
        if not LOGO_NAME.fullmatch(name):
            raise NotFound("logo")
        return self._blob_store.read(logo_blob_name(name))

    def delete_logo(self, name: str) -> None:
        """Delete the bytes of a logo that no client has. A failure is only logged."""
        try:
            self._blob_store.remove(logo_blob_name(name))
        except Unavailable as failure:
            logger.warning("%s remains: %s", logo_blob_name(name), failure)

    def probe_blobs(self) -> None:
        """Write, read and delete a small blob. Raises Unavailable if that is not possible."""
        self._blob_store.probe()

    @property
    def _blob_store(self) -> BlobStore:
        if self._blobs is None:
            raise Unavailable("this store has no place for documents")
        return self._blobs


def logo_blob_name(name: str) -> str:
    """Return the name of a logo's bytes in the blob store, where no account's documents are."""
    return f"logos/{name}"
