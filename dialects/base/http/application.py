"""How a dialect becomes an application: its auth around its routes, its calls to the store."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from storage import Failure, Unavailable

from .authentication import logger
from .error_mapping import Render, failure_of
from .routing import GuardedRoute


def assemble(
    *,
    routes: Sequence[GuardedRoute],
    auth: Callable[[ASGIApp], ASGIApp],
    short: Callable[[ASGIApp], ASGIApp],
    render: Render,
) -> ASGIApp:
    """One dialect's application: its routes, and its short way past them, behind its auth; and
    its way to say no."""

    def fail(_request: Request, error: Exception) -> Response:
        failure = failure_of(error)
        if isinstance(failure, Unavailable):
            logger.error("the store is unavailable: %s", failure)
        return render(failure)

    handlers: Mapping[Any, Any] = {HTTPException: fail, Failure: fail, Exception: fail}
    app = Starlette(routes=routes, exception_handlers=handlers)
    # A redirect would turn a POST into a GET.
    app.router.redirect_slashes = False
    return auth(short(without_trailing_slash(app)))


def without_trailing_slash(app: ASGIApp) -> ASGIApp:
    async def tolerant(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "http" and path.endswith("/"):
            scope = {**scope, "path": path[:-1]}
        await app(scope, receive, send)

    return tolerant
