"""Bodies of requests, read within a limit, and of JSON answers."""

import re
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from dialects.base.protocol.failures import Malformed, TooLarge, Unsupported
from dialects.base.protocol.json_codec import WIRE_ENCODER

T = TypeVar("T")

SMALL_BODY = 32 * 2**10
"""Bytes that are parsed where they were read: a thread would take longer."""
PARSE_LIMITER = CapacityLimiter(1)
"""Large bodies are parsed one at a time: a parsed body takes many times its bytes."""


def json_response(
    body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an answer whose body is a wire shape in JSON."""
    return Response(WIRE_ENCODER.encode(body), status, headers, media_type="application/json")


async def read_body(request: Request, limit: int) -> bytes:
    """Read the complete body, at most `limit` bytes.

    Raise TooLarge for a larger body, without reading the rest of it.
    """
    return b"".join([chunk async for chunk in stream_body(request, limit)])


async def stream_body(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    """Yield the chunks of the body as they arrive, at most `limit` bytes in all.

    Raise Unsupported for a compressed body, TooLarge for a larger one, and Malformed when the
    caller closes the connection before the end.
    """
    if request.headers.get("content-encoding", "").lower() not in {"", "identity"}:
        raise Unsupported("compressed bodies are not read")
    if int_or_zero(request.headers.get("content-length", "")) > limit:
        raise TooLarge(f"the body is larger than {limit} bytes")
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise TooLarge(f"the body is larger than {limit} bytes")
            yield chunk
    except ClientDisconnect as error:
        raise Malformed("the caller hung up before the end of the body") from error


async def parse_body(parse: Callable[[bytes], T], raw: bytes) -> T:
    """Parse a body. A large one is parsed in a thread, so that other requests go on meanwhile."""
    if len(raw) <= SMALL_BODY:
        return parse(raw)
    return await to_thread.run_sync(parse, raw, limiter=PARSE_LIMITER)


def int_or_zero(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else 0
