"""Middleware around all dialects: a request id, and one log line for each request. Pure ASGI."""

import re
import time
from itertools import count
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dialects.base.http.authentication import Headers

from .early_answers import JSON, json_message
from .log_output import access_log

REQUEST_ID = b"x-request-id"
SAFE_ID = re.compile(rb"[0-9A-Za-z._-]{1,64}")
MAX_PATH_LENGTH = 300
PROCESS, REQUESTS = uuid4().hex[:20], count()
"""A request id is the process and a counter: random bytes for each would be a system call."""


def with_request_log(app: ASGIApp) -> ASGIApp:
    """Log method, path, status and time, but no headers and no query: they can hold secrets."""
    log = access_log()

    async def with_log(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        started, status, request_id = time.perf_counter(), 0, request_id_of(scope)

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (REQUEST_ID, request_id.encode())]
            await send(message)

        try:
            await app(scope, receive, send_with_id)
        except Exception:
            if not status:
                await send_failure(send_with_id)
            raise
        finally:
            path, ms = scope["path"][:MAX_PATH_LENGTH], (time.perf_counter() - started) * 1000
            method = scope["method"]
            log(id=request_id, method=method, path=path, status=status or 500, ms=round(ms, 1))

    return with_log


async def send_failure(send: Send) -> None:
    """Answer to a request that failed outside all dialects."""
    body = json_message("Internal error")
    headers = [(b"content-type", JSON), (b"content-length", b"%d" % len(body))]
    headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def request_id_of(scope: Scope) -> str:
    """Return the request id that the caller sent, if it is short and harmless, else a new one."""
    given = Headers.of(scope).get(REQUEST_ID, b"")
    return given.decode() if SAFE_ID.fullmatch(given) else f"{PROCESS}{next(REQUESTS):012x}"
