"""Forms of parts that may carry files: on the disk while they come in, never wholly in memory."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, Headers
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from dialects.base.http.bodies import stream_body
from dialects.base.protocol.failures import Malformed, TooLarge
from storage import Invalid, Path, Problem, Unavailable

from ..documents.upload_checks import SentFile
from ..protocol.input_tree import InputTree, nest_pairs
from .request_body import BODY_LIMIT, MULTIPART, checked, kind_of, query_tree, read_inputs

LIMIT = 512 * 2**20
"""Bytes of one request: five files of the largest size."""
MOST_FILES = 50
MOST_FIELDS = 1000


class Form(NamedTuple):
    """`is_public` speaks of the files, and is no part of the tree of a form that has some."""

    tree: InputTree
    files: list[SentFile]
    is_public: object = None


@asynccontextmanager
async def read_text_form(request: Request) -> AsyncIterator[Form]:
    """A request's input where no files belong: they are refused."""
    yield Form(await read_inputs(request), [])


@asynccontextmanager
async def read_form(request: Request) -> AsyncIterator[Form]:
    """A request's input with the files that it carries; they are gone at the end of the block."""
    if kind_of(request) != MULTIPART:
        yield Form(await read_inputs(request), [])
        return
    form = await read(request)
    try:
        pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
        tree, files = checked(query_tree(request), nest_pairs(pairs)), list(sent(form))
        yield Form(tree, files, tree.pop("is_public", None) if files else None)
    finally:
        await form.close()


def sent(form: FormData) -> Iterator[SentFile]:
    """The files in their order. Raises Invalid for one in a field that nobody would read."""
    place = 0
    for name, file in form.multi_items():
        # A form that a person sends off without choosing a file has an empty one without a name.
        if isinstance(file, str) or not (file.filename or file.size):
            continue
        path: Path = (name,)
        if name.startswith("documents["):
            path, place = ("documents", place), place + 1
        elif name not in {"documents", "file"}:
            raise Invalid(Problem(path, f"The {name} must not be a file."))
        yield SentFile(path, file.filename or "", file.file, file.size or 0)


async def read(request: Request) -> FormData:
    """Raise Malformed for a form that cannot be read or was cut off."""
    _, options = parse_options_header(request.headers["content-type"])
    boundary = options.get(b"boundary", b"").decode("latin-1")
    # Only the boundary is passed on: in a charset of the caller's choice anything can happen.
    headers = Headers({"content-type": f'multipart/form-data; boundary="{boundary}"'})
    parser = StrictMultiPartParser(
        headers, stream_body(request, LIMIT), max_files=MOST_FILES, max_fields=MOST_FIELDS
    )
    try:
        return await parser.parse()
    except MultiPartException as error:
        raise Malformed(error.message) from error
    except OSError as error:
        raise Unavailable(f"no room for files that come in: {error.strerror}") from error


class StrictMultiPartParser(MultiPartParser):
    """Notices the end of the form, and texts that are too much or not in UTF-8: the parser would
    hold all of the ones and guess at the others."""

    has_ended = False
    text_size = 0

    async def parse(self) -> FormData:
        self.stream = self.to_its_end(self.stream)
        return await super().parse()

    async def to_its_end(self, stream: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        # Raised in here, so that the parser closes the file that it is in the middle of.
        async for chunk in stream:
            yield chunk
        if not self.has_ended:
            raise MultiPartException("the form of parts has no end")

    def on_part_end(self) -> None:
        part = self._current_part
        if part.file is None:
            self.text_size += len(part.data)
            if self.text_size > BODY_LIMIT:
                raise TooLarge(f"the texts of the form are larger than {BODY_LIMIT} bytes")
            try:
                part.data.decode()
            except UnicodeDecodeError as error:
                raise MultiPartException("the form of parts is not in UTF-8") from error
        super().on_part_end()

    def on_end(self) -> None:
        self.has_ended = True
