"""The method that a POST stands for, named in its header, its body or its query."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from dialects.base import WrongMethod

from .inputs import Tree

Endpoint = Callable[[Request], Awaitable[Response]]


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
    named = request.headers.get("x-http-method-override") or tree.get("_method") or "POST"
    return str(named).upper()
