"""Where the bytes of documents are: a folder, or a bucket that speaks S3. No names, no rows."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Self

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, S3Store

from storage.model.errors import Invalid, NotFound, Problem, Unavailable

PART = 5 * 2**20
"""Bytes sent at once to a bucket: the least that S3 takes for a part."""
PARTS_AT_ONCE = 2
CHUNK = 2**20
"""Bytes read at once."""
PATIENCE = timedelta(seconds=20)
Place = LocalStore | MemoryStore | S3Store


class BlobStore:
    """Bytes under names of our own, never wholly in memory. A folder is made when it is needed."""

    def __init__(self, place: str) -> None:
        self.url = place

    @classmethod
    def at(cls, place: str) -> Self:
        """A folder's path, `s3://bucket/prefix` or `memory://`. Raises Invalid for another URL."""
        if re.match("[a-z0-9+.-]+://", place) and not re.match("(s3|memory)://", place):
            raise Invalid(Problem(("blobs",), "must be a folder or a URL such as s3://bucket"))
        return cls(place)

    @cached_property
    def store(self) -> Place:
        if self.url.startswith("memory://"):
            return MemoryStore()
        if self.url.startswith("s3://"):
            return open_bucket(self.url)
        return LocalStore(Path(self.url).absolute(), mkdir=True)

    def write(self, name: str, file: BinaryIO) -> None:
        """All of the file or nothing; on the disk by the time this returns."""
        with failing_as_unavailable():
            file.seek(0)
            obstore.put(self.store, name, file, chunk_size=PART, max_concurrency=PARTS_AT_ONCE)
            if isinstance(self.store, LocalStore):
                fsync_path(Path(self.url).absolute() / name)

    def read(self, name: str) -> Iterator[bytes]:
        """The bytes in pieces. Raises NotFound before the first one is asked for."""
        with failing_as_unavailable():
            try:
                stream = obstore.get(self.store, name).stream(CHUNK)
            except FileNotFoundError as error:
                raise NotFound("document") from error
        return iter_chunks(stream)

    def remove(self, name: str) -> None:
        """Whether or not it is there."""
        with failing_as_unavailable():
            try:
                obstore.delete(self.store, name)
            except FileNotFoundError:
                return


def open_bucket(url: str) -> S3Store:
    """Keys, region and endpoint come from the usual variables, `AWS_ACCESS_KEY_ID` and so on."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", "")
    with failing_as_unavailable():
        return S3Store.from_url(
            url,
            client_options={
                # Whoever writes http:// into the endpoint means it.
                "allow_http": endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=5),
                "read_timeout": PATIENCE,
                "timeout": timedelta(minutes=5),
            },
            retry_config={"max_retries": 3, "retry_timeout": PATIENCE},
        )


def iter_chunks(stream: Iterable[Any]) -> Iterator[bytes]:
    with failing_as_unavailable():
        for piece in stream:
            yield bytes(piece)


def fsync_path(path: Path) -> None:
    """Bytes, name and folder onto the disk: a row must never outlive what it speaks of."""
    for each in (path, path.parent, path.parent.parent):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def failing_as_unavailable() -> Iterator[None]:
    """The border where a place that cannot answer becomes a failure with a name."""
    try:
        yield
    except (BaseError, OSError) as error:
        words = str(error).partition("\n")[0]
        raise Unavailable(f"the place of the documents: {words}") from error
