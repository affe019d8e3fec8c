"""What surrounds every request whatever its dialect: an id and one line in the log. Pure ASGI."""

import re
import time
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger("gateway.access")

REQUEST_ID = "x-request-id"
SAFE_ID = re.compile(r"[0-9A-Za-z._-]{1,64}")
LONGEST_PATH = 300


def with_request_log(app: ASGIApp) -> ASGIApp:
    """Log method, path, status and time. Headers and query stay out: they can hold secrets."""

    async def logged(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        started, status, request_id = time.perf_counter(), 500, request_id_of(scope)

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        try:
            await app(scope, receive, noting)
        finally:
            log.info(
                "request",
                id=request_id,
                method=scope["method"],
                path=scope["path"][:LONGEST_PATH],
                status=status,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )

    return logged


def request_id_of(scope: Scope) -> str:
    """The caller's own id when it is harmless, else a new one."""
    given = Headers(scope=scope).get(REQUEST_ID, "")
    return given if SAFE_ID.fullmatch(given) else uuid4().hex
