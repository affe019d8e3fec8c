"""A token that only reads, and the methods that write. A route is closed to it unless it says
otherwise: by `reads`, or by an endpoint that asks `permit` about the method that is meant."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple, NewType

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from storage import Access

from .failures import Forbidden

Endpoint = Callable[[Request], Awaitable[Response]]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

Guarded = NewType("Guarded", Route)
"""A route that `route` has made, and so one that asks whether the token may write."""


class Excused(NamedTuple):
    """An endpoint that is called without asking, because it does not write, or asks itself."""

    endpoint: Endpoint


def reads(endpoint: Endpoint) -> Excused:
    """For an endpoint that changes nothing, whatever its method."""
    return Excused(endpoint)


def permit(request: Request, method: str) -> None:
    """Raise Forbidden for a method that writes when the token only reads."""
    access: Access = request.scope["gateway.access"]
    if access.is_read_only and method not in SAFE_METHODS:
        raise Forbidden("this token only reads")


def route(path: str, **endpoints: Endpoint | Excused) -> Guarded:
    """All methods of one path together, so that a wrong one is answered with every right one."""

    async def dispatch(request: Request) -> Response:
        found = endpoints["GET" if request.method == "HEAD" else request.method]
        if isinstance(found, Excused):
            return await found.endpoint(request)
        permit(request, request.method)
        return await found(request)

    return Guarded(Route(path, dispatch, methods=list(endpoints)))
