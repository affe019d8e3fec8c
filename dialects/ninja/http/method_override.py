"""The step from a route to its endpoint: reads the input once and resolves the method of a POST.

A POST may stand for another method: X-HTTP-Method-Override or `_method` in the body or the query
names it, and then the endpoint of that method answers. The token must be allowed to use the method
named, but a body may have hundreds of megabytes. So the token is checked twice:

1. `apparent_method` guesses the method from the headers alone, and the base checks the token for
   it. A POST whose body is long, or of unknown length, counts as a write: a read-only token is
   refused before its body is read.
2. The body is read, within the limits of `multipart` and `request_body`.
3. `named_method` returns the real method, from the header, the body or the query. The base checks
   the token for it.
4. The endpoint of that method gets the input that was read. A method without an endpoint raises
   WrongMethod.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from dialects.base.http.routing import Endpoint, GuardedRoute, MethodOverride, guarded_route
from dialects.base.protocol.failures import WrongMethod

from ..protocol.input_tree import InputTree
from .multipart import Form, read_form, read_text_form

OVERRIDE_HEADER = "x-http-method-override"
SHORT_LENGTH = re.compile("[0-9]{1,4}")
"""Under 10 000 bytes: a POST that stands for a GET needs no longer body."""

InputEndpoint = Callable[[Request, Form], Awaitable[Response]]
"""An endpoint that gets its input with the request."""
FormReader = Callable[[Request], AbstractAsyncContextManager[Form]]


class OverridablePost(NamedTuple):
    """The endpoints of a POST, by the method that it stands for."""

    endpoints: Mapping[str, InputEndpoint]


def overridable_post(**endpoints: InputEndpoint) -> OverridablePost:
    """Return the entry of a POST that may stand for each of these methods, POST itself included."""
    return OverridablePost(endpoints)


def input_route(
    path: str, *, has_files: bool = False, **entries: InputEndpoint | OverridablePost
) -> GuardedRoute:
    """Return the route of a path whose endpoints get their input.

    `has_files`: requests that write may carry files.
    """

    def entry(method: str, given: InputEndpoint | OverridablePost) -> Endpoint | MethodOverride:
        read = read_form if has_files and method != "GET" else read_text_form
        if isinstance(given, OverridablePost):
            return override_entry(given, read)
        return with_input(given, read)

    return guarded_route(
        path, **{method: entry(method, given) for method, given in entries.items()}
    )


def with_input(answer: InputEndpoint, read: FormReader) -> Endpoint:
    """Return an endpoint that reads the input of a request and passes it on."""

    async def endpoint(request: Request) -> Response:
        async with read(request) as form:
            return await answer(request, form)

    return endpoint


def override_entry(post: OverridablePost, read: FormReader) -> MethodOverride:
    @asynccontextmanager
    async def read_named_method(request: Request) -> AsyncIterator[tuple[str, Endpoint]]:
        async with read(request) as form:
            method = named_method(request, form.tree)

            async def endpoint(request: Request) -> Response:
                return await get_endpoint(method, post.endpoints)(request, form)

            yield method, endpoint

    return MethodOverride(apparent_method, read_named_method)


def apparent_method(request: Request) -> str:
    """Return the method that a POST can stand for, before its body is read.

    A short POST counts as the method of the header or, without one, as a GET. A long one writes.
    """
    length = request.headers.get("content-length", "0")
    is_short = "transfer-encoding" not in request.headers and SHORT_LENGTH.fullmatch(length)
    return (request.headers.get(OVERRIDE_HEADER) or "GET").upper() if is_short else "POST"


def named_method(request: Request, tree: InputTree) -> str:
    """Return the method that a POST names in its header, its body or its query."""
    return str(request.headers.get(OVERRIDE_HEADER) or tree.get("_method") or "POST").upper()


def get_endpoint(method: str, endpoints: Mapping[str, InputEndpoint]) -> InputEndpoint:
    name = "GET" if method == "HEAD" else method
    if name not in endpoints:
        raise WrongMethod(", ".join(sorted({*endpoints, "HEAD"})))
    return endpoints[name]
