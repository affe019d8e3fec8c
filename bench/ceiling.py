"""How fast the server could be at all: Starlette without middleware, sending prepared bytes.

Run by uvicorn; BENCH_ANSWER names the file of the answer that it sends.
"""

import os
from pathlib import Path

import msgspec
from msgspec import Struct
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


class Prepared(Struct, frozen=True, kw_only=True):
    """An answer of the gateway with all its headers, but for those that every server adds."""

    method: str
    route: str
    status: int
    headers: dict[str, str]
    body: bytes


def app() -> Starlette:
    answer = msgspec.msgpack.decode(Path(os.environ["BENCH_ANSWER"]).read_bytes(), type=Prepared)

    async def send(_request: Request) -> Response:
        return Response(answer.body, answer.status, answer.headers)

    async def take_in(request: Request) -> Response:
        await request.body()
        return Response(answer.body, answer.status, answer.headers)

    endpoint = send if answer.method == "GET" else take_in
    return Starlette(routes=[Route(answer.route, endpoint, methods=[answer.method])])
