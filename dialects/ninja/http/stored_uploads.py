"""Storage of the files of a request: the bytes first, then the record of their client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dialects.base.http.store_calls import run_file_io
from storage import DocumentDraft, Failure, Store

from ..documents import upload_checks
from .multipart import Form


@asynccontextmanager
async def stored_uploads(
    store: Store, account_id: int, form: Form
) -> AsyncIterator[tuple[DocumentDraft, ...]]:
    """Store the bytes of the form's files, and yield their drafts to the block.

    The block writes the record. If it raises a failure, the bytes are deleted.
    """
    if not form.files:
        yield ()
        return
    uploads = await run_file_io(upload_checks.check_uploads, form.files, form.is_public)
    drafts = await run_file_io(store.store_uploads, account_id, uploads)
    try:
        yield drafts
    except Failure:
        await run_file_io(store.delete_blobs, account_id, drafts)
        raise
