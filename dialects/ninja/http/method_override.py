"""From a route to its endpoint: the input is read once, and says what a POST stands for."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from dialects.base.http.routing import Endpoint, Guarded, Standing, route as bare
from dialects.base.protocol.failures import WrongMethod

from ..protocol.input_tree import Tree
from .multipart import Form, form_of, texts_of

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


def route(path: str, *, has_files: bool = False, **entries: Answer | PostMeans) -> Guarded:
    """`has_files`: what is written there may come with files."""

    def entry(method: str, given: Answer | PostMeans) -> Endpoint | Standing:
        read = form_of if has_files and method != "GET" else texts_of
        return standing(given, read) if isinstance(given, PostMeans) else told(given, read)

    return bare(path, **{method: entry(method, given) for method, given in entries.items()})


def told(answer: Answer, read: Read) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        async with read(request) as form:
            return await answer(request, form)

    return endpoint


def standing(post: PostMeans, read: Read) -> Standing:
    @asynccontextmanager
    async def meaning(request: Request) -> AsyncIterator[tuple[str, Endpoint]]:
        async with read(request) as form:
            method = meant(request, form.tree)

            async def endpoint(request: Request) -> Response:
                return await answer_to(method, post.answers)(request, form)

            yield method, endpoint

    return Standing(seen, meaning)


def seen(request: Request) -> str:
    """The method that a POST stands for, before its body is read: a long one writes."""
    length = request.headers.get("content-length", "0")
    is_short = "transfer-encoding" not in request.headers and SHORT.fullmatch(length)
    return (request.headers.get(HEADER) or "GET").upper() if is_short else "POST"


def meant(request: Request, tree: Tree) -> str:
    """Named in its header, its body or its query."""
    return str(request.headers.get(HEADER) or tree.get("_method") or "POST").upper()


def answer_to(method: str, answers: Mapping[str, Answer]) -> Answer:
    name = "GET" if method == "HEAD" else method
    if name not in answers:
        raise WrongMethod(", ".join(sorted({*answers, "HEAD"})))
    return answers[name]
