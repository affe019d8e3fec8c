"""The method that a POST stands for, named in its header, its body or its query."""

import re
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from dialects.base import Endpoint, Excused, WrongMethod, permit

from .inputs import Tree

HEADER = "x-http-method-override"
SHORT = re.compile("[0-9]{1,4}")
"""Under 10 000 bytes: a POST needs no more to say that it stands for a GET."""


def standing(endpoint: Endpoint) -> Excused:
    """For an endpoint that asks `override` what its POST stands for: that is what must be
    permitted. What is seen to write without the body is refused before anybody reads it."""

    async def judged(request: Request) -> Response:
        if not is_short(request):
            permit(request, "POST")
        permit(request, (request.headers.get(HEADER) or "GET").upper())
        return await endpoint(request)

    return Excused(judged)


def is_short(request: Request) -> bool:
    length = request.headers.get("content-length", "0")
    return "transfer-encoding" not in request.headers and SHORT.fullmatch(length) is not None


async def meant(
    request: Request,
    tree: Tree,
    *,
    show: Endpoint,
    update: Callable[[], Awaitable[Response]],
    delete: Endpoint,
) -> Response:
    """The answer to a POST to one record: that of the method that it stands for."""
    match override(request, tree):
        case "GET" | "HEAD":
            return await show(request)
        case "PUT" | "PATCH":
            return await update()
        case "DELETE":
            return await delete(request)
        case _:
            raise WrongMethod("GET, HEAD, PUT, PATCH, DELETE")


def override(request: Request, tree: Tree) -> str:
    """Raise Forbidden when that method writes and the token only reads."""
    method = str(request.headers.get(HEADER) or tree.get("_method") or "POST").upper()
    permit(request, method)
    return method
