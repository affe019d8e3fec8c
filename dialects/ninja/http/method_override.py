"""From a route to its endpoint: the input is read once, and says what a POST stands for."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from dialects.base.http.routing import Endpoint, GuardedRoute, MethodOverride, route as bare
from dialects.base.protocol.failures import WrongMethod

from ..protocol.input_tree import InputTree
from .multipart import Form, read_form, read_text_form

HEADER = "x-http-method-override"
SHORT = re.compile("[0-9]{1,4}")
"""Under 10 000 bytes: a POST needs no more to say that it stands for a GET."""

Answer = Callable[[Request, Form], Awaitable[Response]]
"""An endpoint that gets its input with the request."""
Read = Callable[[Request], AbstractAsyncContextManager[Form]]


class PostMeans(NamedTuple):
    answers: Mapping[str, Answer]


def post_means(**answers: Answer) -> PostMeans:
    """For a POST that stands for one of these methods, be it POST itself."""
    return PostMeans(answers)


def route(path: str, *, has_files: bool = False, **entries: Answer | PostMeans) -> GuardedRoute:
    """`has_files`: what is written there may come with files."""

    def entry(method: str, given: Answer | PostMeans) -> Endpoint | MethodOverride:
        read = read_form if has_files and method != "GET" else read_text_form
        return (
            override_entry(given, read) if isinstance(given, PostMeans) else with_input(given, read)
        )

    return bare(path, **{method: entry(method, given) for method, given in entries.items()})


def with_input(answer: Answer, read: Read) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        async with read(request) as form:
            return await answer(request, form)

    return endpoint


def override_entry(post: PostMeans, read: Read) -> MethodOverride:
    @asynccontextmanager
    async def meaning(request: Request) -> AsyncIterator[tuple[str, Endpoint]]:
        async with read(request) as form:
            method = named_method(request, form.tree)

            async def endpoint(request: Request) -> Response:
                return await answer_to(method, post.answers)(request, form)

            yield method, endpoint

    return MethodOverride(apparent_method, meaning)


def apparent_method(request: Request) -> str:
    """The method that a POST stands for, before its body is read: a long one writes."""
    length = request.headers.get("content-length", "0")
    is_short = "transfer-encoding" not in request.headers and SHORT.fullmatch(length)
    return (request.headers.get(HEADER) or "GET").upper() if is_short else "POST"


def named_method(request: Request, tree: InputTree) -> str:
    """Named in its header, its body or its query."""
    return str(request.headers.get(HEADER) or tree.get("_method") or "POST").upper()


def answer_to(method: str, answers: Mapping[str, Answer]) -> Answer:
    name = "GET" if method == "HEAD" else method
    if name not in answers:
        raise WrongMethod(", ".join(sorted({*answers, "HEAD"})))
    return answers[name]
