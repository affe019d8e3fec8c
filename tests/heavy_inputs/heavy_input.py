"""One input that is dear to answer: within the limits of a request, or just beyond them."""

from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import quote

import msgspec

ID = "{id}"
"""Stands in a path for the key of a client in the dialect of the input."""
MEBIBYTE = 2**20
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
BOUNDARY = "b"
PARTS = f"multipart/form-data; boundary={BOUNDARY}"

Body = Callable[[], bytes]


class HeavyInput(NamedTuple):
    """A request of a dialect. `body` makes the bytes, which may be megabytes, when it is asked.

    `memory`: by how many bytes the server may grow meanwhile.
    """

    name: str
    method: str
    path: str
    body: Body = bytes
    content_type: str = JSON
    headers: Mapping[str, str] = {}
    memory: int = 64 * MEBIBYTE


def get(name: str, path: str, /, **query: str) -> HeavyInput:
    """Return a GET whose query is percent-encoded."""
    pairs = "&".join(f"{key}={quote(value, safe=',|:')}" for key, value in query.items())
    return HeavyInput(name, "GET", f"{path}?{pairs}" if pairs else path)


def json_body(value: object) -> Body:
    return lambda: msgspec.json.encode(value)


def repeated(start: bytes, piece: bytes, end: bytes, size: int) -> Body:
    """Return a body of about `size` bytes: a start, a piece again and again, and an end."""
    return lambda: start + piece * (size // len(piece)) + end


def part(name: str, text: bytes = b"", disposition: bytes = b"", head: bytes = b"") -> bytes:
    """Return one part of a multipart form."""
    start = b'--%s\r\nContent-Disposition: form-data; name="%s"%s\r\n%s\r\n'
    return start % (BOUNDARY.encode(), name.encode(), disposition, head) + text + b"\r\n"


def parts(*given: bytes) -> Body:
    return lambda: b"".join(given) + f"--{BOUNDARY}--\r\n".encode()
