"""A token that only reads, and the methods that write. Every request passes here on its way from
its route to its endpoint: no endpoint asks, and none can forget to."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, NewType

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dialects.base.protocol.failures import Forbidden
from storage import Access

Endpoint = Callable[[Request], Awaitable[Response]]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

GuardedRoute = NewType("GuardedRoute", Route)
"""A route that `route` has made, and so one that asks whether the token may write."""


class ReadOnly(NamedTuple):
    """An endpoint that changes nothing, whatever its method."""

    endpoint: Endpoint


class MethodOverride(NamedTuple):
    """For requests that stand for another method, which they name in what must be read first.

    `seen` is that method as far as it shows before, `read` says which it is, and who answers.
    """

    apparent_method: Callable[[Request], str]
    read_named_method: Callable[[Request], AbstractAsyncContextManager[tuple[str, Endpoint]]]


Entry = Endpoint | ReadOnly | MethodOverride


def route(path: str, **entries: Entry) -> GuardedRoute:
    """All methods of one path together, so that a wrong one is answered with every right one."""

    async def dispatch(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await dispatch_entry(request, entries[method])

    return GuardedRoute(Route(path, dispatch, methods=list(entries)))


async def dispatch_entry(request: Request, entry: Entry) -> Response:
    match entry:
        case ReadOnly(endpoint):
            return await endpoint(request)
        case MethodOverride(seen, read):
            check_permission(request, seen(request))
            async with read(request) as (method, endpoint):
                check_permission(request, method)
                return await endpoint(request)
        case _:
            check_permission(request, request.method)
            return await entry(request)


def check_permission(request: Request, method: str) -> None:
    """Raise Forbidden for a method that writes when the token only reads."""
    access: Access = request.scope["gateway.access"]
    if access.is_read_only and method not in SAFE_METHODS:
        raise Forbidden("this token only reads")
