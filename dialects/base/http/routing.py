"""Routes that refuse writing methods to a read-only token.

Every request passes `dispatch_entry` between its route and its endpoint. So no endpoint checks the
token itself, and none can forget to.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, NewType

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dialects.base.protocol.failures import Forbidden, Postponed
from storage import Access

from .authentication import SAFE_METHODS
from .idempotency import answer_once, with_digest

Endpoint = Callable[[Request], Awaitable[Response]]

GuardedRoute = NewType("GuardedRoute", Route)
"""A route made by `guarded_route`: it checks whether the token may write."""


class ReadOnly(NamedTuple):
    """An endpoint that changes nothing, although its method may be POST."""

    endpoint: Endpoint


class MethodOverride(NamedTuple):
    """An endpoint for requests that stand for another method, as X-HTTP-Method-Override does.

    `apparent_method` is that method as far as the headers show it, before the body is read.
    `read_named_method` reads the body and returns the method and its endpoint.
    """

    apparent_method: Callable[[Request], str]
    read_named_method: Callable[[Request], AbstractAsyncContextManager[tuple[str, Endpoint]]]


RouteEntry = Endpoint | ReadOnly | MethodOverride


def guarded_route(path: str, **entries: RouteEntry) -> GuardedRoute:
    """Return the route of a path with the entries of all its methods.

    One route has all methods, so that a 405 answer can list every allowed method.
    """

    async def dispatch(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await dispatch_entry(request, entries[method])

    return GuardedRoute(Route(path, dispatch, methods=list(entries)))


async def dispatch_entry(request: Request, entry: RouteEntry) -> Response:
    """Check the token for the request's method, then run the endpoint of the entry.

    A request with an idempotency key that was carried out before gets its answer of then.
    """
    match entry:
        case ReadOnly(endpoint):
            return await endpoint(request)
        case MethodOverride(apparent_method, read_named_method):
            check_permission(request, apparent_method(request))
            request = with_digest(request)
            async with read_named_method(request) as (method, endpoint):
                check_permission(request, method)
                return await answer_once(request, method, endpoint)
        case _:
            check_permission(request, request.method)
            return await answer_once(with_digest(request), request.method, entry)


def check_permission(request: Request, method: str) -> None:
    """Raise what speaks against a write: the token is read-only, or the account is cut over."""
    access: Access = request.scope["gateway.access"]
    if method in SAFE_METHODS:
        return
    if access.is_read_only:
        raise Forbidden("this token only reads")
    if request.scope["gateway.is_frozen"]:
        raise Postponed("the account is being cut over")
