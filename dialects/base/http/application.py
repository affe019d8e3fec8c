"""The Starlette application of a dialect: routes, then cached reads, then authentication around."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dialects.base.protocol.failures import Renderable
from storage import Failure, Unavailable

from .authentication import logger
from .error_mapping import Render, failure_of
from .private_answers import with_private_answers
from .routing import GuardedRoute


def assemble_app(
    *,
    routes: Sequence[GuardedRoute],
    auth: Callable[[ASGIApp], ASGIApp],
    cached_reads: Callable[[ASGIApp], ASGIApp] | None = None,
    credentials: Sequence[str],
    render: Render,
    refine: Callable[[Request, Renderable], Renderable] = lambda _request, failure: failure,
) -> ASGIApp:
    """Assemble the application of one dialect.

    A request passes `auth` first, then `cached_reads` if there are any, then the routes.
    `credentials` are the headers that say to `auth` who is asking. `render`
    turns every failure into an answer. Before that, `refine` may replace it by one that says more
    about the request.
    """

    def render_error(request: Request, error: Exception) -> Response:
        failure = failure_of(error)
        if isinstance(failure, Unavailable):
            logger.error("the store is unavailable: %s", failure)
        return render(refine(request, failure))

    handlers: Mapping[Any, Any] = dict.fromkeys((HTTPException, Failure, Exception), render_error)
    app = Starlette(routes=routes, exception_handlers=handlers)
    # A redirect would turn a POST into a GET.
    app.router.redirect_slashes = False
    inner = without_trailing_slash(app)
    guarded = auth(cached_reads(inner) if cached_reads else inner)
    return with_private_answers(guarded, credentials)


def without_trailing_slash(app: ASGIApp) -> ASGIApp:
    """Wrap an application so that it gets every path without its last slash."""

    async def strip_slash(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "http" and path.endswith("/"):
            scope = {**scope, "path": path[:-1]}
        await app(scope, receive, send)

    return strip_slash
