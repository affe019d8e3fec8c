"""The blob store, which holds the bytes of documents: a folder or an S3 bucket.

It knows neither the names of files nor database rows.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Self
from uuid import uuid4

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, S3Store

from storage.model.errors import Invalid, NotFound, Problem, Unavailable

UPLOAD_PART_SIZE = 5 * 2**20
"""Bytes of one part of an upload: the minimum that S3 accepts."""
MAX_CONCURRENT_PARTS = 2
READ_CHUNK_SIZE = 2**20
"""Bytes of one read."""
READ_TIMEOUT = timedelta(seconds=20)
ObjectStore = LocalStore | MemoryStore | S3Store


class BlobStore:
    """A folder or an S3 bucket with the bytes of documents, under names that the store generates.

    Files are streamed, never read into memory at once. A folder is created at its first use.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        # Always the same name: if a blob cannot be deleted, no second one is left behind.
        self._probe_name = f"readiness/{uuid4().hex}"

    @classmethod
    def at(cls, url: str) -> Self:
        """Return the blob store at a folder's path, `s3://bucket/prefix` or `memory://`.

        Raises Invalid for another URL.
        """
        if re.match("[a-z0-9+.-]+://", url) and not re.match("(s3|memory)://", url):
            raise Invalid(Problem(("blobs",), "must be a folder or a URL such as s3://bucket"))
        return cls(url)

    @cached_property
    def store(self) -> ObjectStore:
        """The client of the folder, the bucket or the memory, created at its first use."""
        if self.url.startswith("memory://"):
            return MemoryStore()
        if self.url.startswith("s3://"):
            return open_bucket(self.url)
        folder = Path(self.url).absolute()
        make_folder(folder)
        return LocalStore(folder)

    def write(self, name: str, file: BinaryIO) -> None:
        """Store a file completely or not at all. In a folder, it is synced to disk on return."""
        with failing_as_unavailable():
            file.seek(0)
            obstore.put(
                self.store,
                name,
                file,
                chunk_size=UPLOAD_PART_SIZE,
                max_concurrency=MAX_CONCURRENT_PARTS,
            )
            if isinstance(self.store, LocalStore):
                fsync_path(Path(self.url).absolute() / name)

    def read(self, name: str) -> Iterator[bytes]:
        """Return the bytes in chunks. Raises NotFound at once, not at the first chunk."""
        with failing_as_unavailable():
            try:
                stream = obstore.get(self.store, name).stream(READ_CHUNK_SIZE)
            except FileNotFoundError as error:
                raise NotFound("document") from error
        return iter_chunks(stream)

    def remove(self, name: str) -> None:
        """Delete a file. Does nothing if it does not exist."""
        with failing_as_unavailable():
            try:
                obstore.delete(self.store, name)
            except FileNotFoundError:
                return

    def probe(self) -> None:
        """Write, read and delete a small file. Raises Unavailable if that is not possible."""
        sent = uuid4().bytes
        self.write(self._probe_name, BytesIO(sent))
        try:
            read = b"".join(self.read(self._probe_name))
        except NotFound:
            read = b""
        self.remove(self._probe_name)
        if read != sent:
            raise Unavailable("the place of the documents: it gave back other bytes")


def open_bucket(url: str) -> S3Store:
    """Open an S3 bucket.

    Keys, region and endpoint come from the usual environment variables, `AWS_ACCESS_KEY_ID` etc.
    """
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", "")
    with failing_as_unavailable():
        return S3Store.from_url(
            url,
            client_options={
                # An endpoint with http:// is intended, so it is allowed.
                "allow_http": endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=5),
                "read_timeout": READ_TIMEOUT,
                "timeout": timedelta(minutes=5),
            },
            retry_config={"max_retries": 3, "retry_timeout": READ_TIMEOUT},
        )


def iter_chunks(stream: Iterable[Any]) -> Iterator[bytes]:
    with failing_as_unavailable():
        for chunk in stream:
            yield bytes(chunk)


def make_folder(folder: Path) -> None:
    """Create a folder with its parents, and sync its name and theirs to disk.

    The name of a folder that exists is synced too: another worker may have created it just now.
    """
    created = [path for path in folder.parents if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in (folder, *created):
        # A parent that we cannot read is not ours: its names are older than this gateway.
        with suppress(PermissionError):
            fsync(path.parent)


def fsync_path(path: Path) -> None:
    """Sync a file, its folder and the parent folder to disk.

    After a crash there must be no row whose bytes are lost.
    """
    for target in (path, path.parent, path.parent.parent):
        fsync(target)


def fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def failing_as_unavailable() -> Iterator[None]:
    """Convert the errors of a folder or a bucket into Unavailable."""
    try:
        yield
    except (BaseError, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise Unavailable(f"the place of the documents: {reason}") from error
