"""The files of a request on their way into the store: bytes first, then the record they are at."""

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
    """The bytes are stored while the block writes the record; when it fails, they go again."""
    if not form.files:
        yield ()
        return
    read = await run_file_io(upload_checks.check_uploads, form.files, form.is_public)
    drafts = await run_file_io(store.store_uploads, account_id, read)
    try:
        yield drafts
    except Failure:
        await run_file_io(store.delete_blobs, account_id, drafts)
        raise
