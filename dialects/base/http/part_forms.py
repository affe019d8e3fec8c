"""Multipart forms, parsed as a stream and within limits.

Starlette's parser moves each file that is larger than 1 MiB to the disk. Texts stay in memory, so
their total size is limited here.
"""

from collections.abc import AsyncGenerator
from typing import NamedTuple

from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, Headers
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from dialects.base.protocol.failures import Malformed, TooLarge
from storage import Unavailable

from .bodies import stream_body

MAX_FILES = 50
MAX_TEXT_FIELDS = 1000
MAX_PARAMETERS = 50
"""Parameters of the disposition of a part: each takes longer to parse than all else of it."""


class FormLimits(NamedTuple):
    """Bytes of a whole form, and of all its texts together."""

    form: int
    texts: int


async def read_part_form(request: Request, limits: FormLimits) -> FormData:
    """Parse a multipart form. The caller closes its files.

    Raise TooLarge for a form beyond its limits, Malformed for one that cannot be parsed or was cut
    off, and Unavailable if there is no room for its files.
    """
    _, options = parse_options_header(request.headers["content-type"])
    boundary = options.get(b"boundary", b"").decode("latin-1")
    # Only the boundary is passed on: the parser would decode with any charset that a caller names.
    headers = Headers({"content-type": f'multipart/form-data; boundary="{boundary}"'})
    stream = stream_body(request, limits.form)
    parser = StrictMultiPartParser(headers, stream, limits.texts)
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

    def __init__(
        self, headers: Headers, stream: AsyncGenerator[bytes, None], text_limit: int
    ) -> None:
        super().__init__(headers, stream, max_files=MAX_FILES, max_fields=MAX_TEXT_FIELDS)
        self.text_limit = text_limit

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

    def on_headers_finished(self) -> None:
        disposition = self._current_part.content_disposition or b""
        if disposition.count(b";") > MAX_PARAMETERS:
            raise MultiPartException("a part has too many parameters")
        super().on_headers_finished()

    def on_part_end(self) -> None:
        part = self._current_part
        if part.file is None:
            self.text_size += len(part.data)
            if self.text_size > self.text_limit:
                raise TooLarge(f"the texts of the form are larger than {self.text_limit} bytes")
            try:
                part.data.decode()
            except UnicodeDecodeError as error:
                raise MultiPartException("the form of parts is not in UTF-8") from error
        super().on_part_end()

    def on_end(self) -> None:
        self.has_ended = True
