"""The digest of a request: equal for two requests that are repetitions of each other."""

from hashlib import sha256

from python_multipart.multipart import parse_options_header
from starlette.requests import Request
from starlette.types import Message

from dialects.base.protocol.failures import Malformed, TooLarge

MAX_DIGESTED = 2**29
"""Bytes of the largest body that is read for its digest alone: no endpoint accepts a larger one."""


class BodyDigest:
    """The SHA-256 of a request, updated with each part of the body that is read.

    The boundary of a multipart form is left out: many programs draw a new one when they send a form
    again.
    """

    def __init__(self, request: Request) -> None:
        self._receive = request.receive
        self._boundary = multipart_boundary(request)
        self._digest = sha256(request_line(request))
        self._tail = b""
        self._size = 0
        self._is_complete = False

    async def receive(self) -> Message:
        """Receive the next message of the request, and digest its part of the body."""
        message = await self._receive()
        if message["type"] == "http.request":
            self.update(message.get("body", b""))
            self._is_complete = not message.get("more_body", False)
        return message

    async def fingerprint(self) -> str:
        """Return the digest of the whole request; read the part of the body that nobody has read.

        Raise Malformed when the caller hangs up, and TooLarge for a body that no endpoint accepts.
        """
        while not self._is_complete:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise Malformed("the caller hung up before the end of the body")
            if self._size > MAX_DIGESTED:
                raise TooLarge(f"the body is larger than {MAX_DIGESTED} bytes")
        digest = self._digest.copy()
        digest.update(self._tail)
        return digest.hexdigest()

    def update(self, chunk: bytes) -> None:
        """Digest the next part of the body. Where the parts of a body end does not matter."""
        self._size += len(chunk)
        if not self._boundary:
            self._digest.update(chunk)
            return
        *parts, rest = (self._tail + chunk).split(self._boundary)
        # Joined, since a chunk may consist of nothing but boundaries.
        self._digest.update(b"\0".join([*parts, b""]))
        # The last bytes may begin a boundary that goes on in the next chunk.
        end = max(len(rest) - len(self._boundary) + 1, 0)
        self._digest.update(rest[:end])
        self._tail = rest[end:]


def request_line(request: Request) -> bytes:
    """Return what decides beside the body what a request does."""
    scope = request.scope
    override = request.headers.get("x-http-method-override", "")
    method = f"{scope['method']} {override}".encode("latin-1")
    return b"%b %b?%b\n" % (method, scope["raw_path"], scope["query_string"])


def multipart_boundary(request: Request) -> bytes:
    """Return the boundary of a multipart form; empty for any other body."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    return options.get(b"boundary", b"") if kind.lower() == b"multipart/form-data" else b""
