"""Multipart forms that may carry files.

A form may have 512 MiB, so its files are not kept in memory:

1. The body is read as a stream, within `MAX_FORM_SIZE`.
2. Starlette's parser moves each file that is larger than 1 MiB to the disk. Texts stay in memory,
   so `StrictMultiPartParser` limits their total size. It also refuses texts that are not UTF-8.
3. A form without its closing boundary was cut off: it is refused, so that no caller loses a field
   without notice.
4. Texts become one input tree together with the query, as in `request_body`. Files stay beside it.
5. The files are closed and deleted when the request is answered, also after an error.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from msgspec import UNSET
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, Headers
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from dialects.base.http.bodies import stream_body
from dialects.base.protocol.failures import Malformed, TooLarge
from storage import Invalid, Path, Problem, Unavailable

from ..documents.upload_checks import SentFile
from ..protocol.input_tree import InputTree, nest_pairs
from .request_body import (
    BODY_LIMIT,
    MULTIPART,
    checked_input,
    content_type,
    query_tree,
    read_inputs,
)

MAX_FORM_SIZE = 512 * 2**20
"""Bytes of one request: five files of the largest size."""
MAX_FILES = 50
MAX_TEXT_FIELDS = 1000
LOGO_FIELD: Path = ("company_logo",)
FILE_FIELDS = frozenset({"documents", "file", *map(str, LOGO_FIELD)})


class Form(NamedTuple):
    """The input of a request: its texts as a tree, and its files.

    `is_public` is about the files: the tree of a form with files does not contain it. `logo` is the
    picture in the field `company_logo`.
    """

    tree: InputTree
    files: list[SentFile]
    is_public: object = UNSET
    logo: SentFile | None = None


@asynccontextmanager
async def read_text_form(request: Request) -> AsyncIterator[Form]:
    """Read the input of a request that must not carry files. Raise Invalid for a file."""
    yield Form(await read_inputs(request), [])


@asynccontextmanager
async def read_form(request: Request) -> AsyncIterator[Form]:
    """Read the input of a request with its files. They are deleted at the end of the block."""
    if content_type(request) != MULTIPART:
        yield Form(await read_inputs(request), [])
        return
    form = await read_multipart(request)
    try:
        pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
        tree = checked_input(query_tree(request), nest_pairs(pairs))
        sent = list(sent_files(form))
        files = [file for file in sent if file.path != LOGO_FIELD]
        logo = next((file for file in sent if file.path == LOGO_FIELD), None)
        yield Form(tree, files, tree.pop("is_public", UNSET) if files else UNSET, logo)
    finally:
        await form.close()


def sent_files(form: FormData) -> Iterator[SentFile]:
    """Yield the files of a form in order. Raise Invalid for a file in any other field."""
    index = 0
    for name, file in form.multi_items():
        # A browser form without a chosen file sends an empty file without a name.
        if isinstance(file, str) or not (file.filename or file.size):
            continue
        path: Path = (name,)
        if name.startswith("documents["):
            path, index = ("documents", index), index + 1
        elif name not in FILE_FIELDS:
            raise Invalid(Problem(path, f"The {name} must not be a file."))
        yield SentFile(path, file.filename or "", file.file, file.size or 0)


async def read_multipart(request: Request) -> FormData:
    """Parse a multipart form. Raise Malformed for a form that cannot be parsed or was cut off."""
    _, options = parse_options_header(request.headers["content-type"])
    boundary = options.get(b"boundary", b"").decode("latin-1")
    # Only the boundary is passed on: the parser would decode with any charset that a caller names.
    headers = Headers({"content-type": f'multipart/form-data; boundary="{boundary}"'})
    parser = StrictMultiPartParser(
        headers,
        stream_body(request, MAX_FORM_SIZE),
        max_files=MAX_FILES,
        max_fields=MAX_TEXT_FIELDS,
    )
    try:
        return await parser.parse()
    except MultiPartException as error:
        raise Malformed(error.message) from error
    except OSError as error:
        raise Unavailable(f"no room for files that come in: {error.strerror}") from error


class StrictMultiPartParser(MultiPartParser):
    """Parser that refuses a form without an end, texts that are too large, and texts not in UTF-8.

    Starlette's parser would accept a form that was cut off, keep texts of any size in memory, and
    decode other texts as latin-1.
    """

    has_ended = False
    text_size = 0

    async def parse(self) -> FormData:
        self.stream = self.with_end_check(self.stream)
        return await super().parse()

    async def with_end_check(
        self, stream: AsyncGenerator[bytes, None]
    ) -> AsyncGenerator[bytes, None]:
        # Raised inside the stream, so that the parser closes the file that it is writing.
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
