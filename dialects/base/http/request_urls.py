"""The URL by which a caller reaches this server."""

import functools

from starlette.datastructures import URL
from starlette.requests import Request


def own_url(request: Request) -> str:
    """Return scheme and host as the request names them."""
    scope = request.scope
    server = tuple(scope["server"]) if scope.get("server") else None
    return url_at(scope["scheme"], server, request.headers.get("host"))


@functools.lru_cache(maxsize=1024)
def url_at(scheme: str, server: tuple[str, int | None] | None, host: str | None) -> str:
    """Return scheme and host of a request.

    Cached, because they are the same for most requests and Starlette is slow to build them.
    """
    headers = [] if host is None else [(b"host", host.encode("latin-1"))]
    url = URL(scope={"scheme": scheme, "server": server, "headers": headers, "path": "/"})
    return f"{url.scheme}://{url.netloc}"
