"""What surrounds every request whatever its dialect: an id and one line in the log. Pure ASGI."""

import re
import time
from itertools import count
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dialects.base.http.authentication import Headers

from .log_output import access_log

REQUEST_ID = b"x-request-id"
SAFE_ID = re.compile(rb"[0-9A-Za-z._-]{1,64}")
LONGEST_PATH = 300
PROCESS, REQUESTS = uuid4().hex[:20], count()
"""Which process, and which of its requests: new random bytes for each are a call of the system."""


def with_request_log(app: ASGIApp) -> ASGIApp:
    """Log method, path, status and time. Headers and query stay out: they can hold secrets."""
    note = access_log()

    async def logged(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        started, status, request_id = time.perf_counter(), 500, request_id_of(scope)

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = (REQUEST_ID, request_id.encode())
                message["headers"] = [*message["headers"], own]
            await send(message)

        try:
            await app(scope, receive, noting)
        finally:
            note(
                id=request_id,
                method=scope["method"],
                path=scope["path"][:LONGEST_PATH],
                status=status,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )

    return logged


def request_id_of(scope: Scope) -> str:
    """The caller's own id when it is harmless, else a new one."""
    given = Headers.of(scope).get(REQUEST_ID, b"")
    return given.decode() if SAFE_ID.fullmatch(given) else f"{PROCESS}{next(REQUESTS):012x}"
