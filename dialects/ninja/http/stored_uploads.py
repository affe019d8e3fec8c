"""Storage of the files of a request: the bytes first, then the record of their client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dialects.base.http.store_calls import run_file_io
from storage import DocumentDraft, Failure, Store, Undecided

from ..documents import upload_checks
from .multipart import Form

LOGO_PATH = "/logos/"


@asynccontextmanager
async def stored_uploads(
    store: Store, account_id: int, form: Form
) -> AsyncIterator[tuple[DocumentDraft, ...]]:
    """Store the bytes of the form's files, and yield their drafts to the block.

    The block writes the record. If it raises a failure, the bytes are deleted. They stay if nobody
    knows whether the record was written: bytes without a record harm nobody.
    """
    if not form.files:
        yield ()
        return
    uploads = await run_file_io(upload_checks.check_uploads, form.files, form.is_public)
    drafts = await run_file_io(store.store_uploads, account_id, uploads)
    try:
        yield drafts
    except Undecided:
        raise
    except Failure:
        await run_file_io(store.delete_blobs, account_id, drafts)
        raise


@asynccontextmanager
async def stored_logo(store: Store, form: Form, url: str) -> AsyncIterator[str]:
    """Store the logo of a form, and yield its address to the block; empty if there is none.

    The block writes the record. If it raises a failure, the logo is deleted. A logo stays when its
    client gets another one or is purged, as in the original: its address may have been copied.
    """
    if form.logo is None:
        yield ""
        return
    upload = await run_file_io(upload_checks.check_logo, form.logo)
    name = await run_file_io(store.store_logo, upload)
    try:
        yield f"{url}/api/v1{LOGO_PATH}{name}"
    except Undecided:
        raise
    except Failure:
        await run_file_io(store.delete_logo, name)
        raise
