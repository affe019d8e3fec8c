"""An HTTP client for an application in this process: no socket and no thread for a request."""

from asyncio import Runner
from typing import Any
from urllib.parse import unquote

import httpx
from starlette.types import ASGIApp, Message, Scope


class AsgiCaller:
    """Asks an ASGI application: cheaper than Starlette's TestClient, as replays ask thousands."""

    def __init__(self, app: ASGIApp, base_url: str) -> None:
        self.app = app
        self.base_url = base_url
        # One event loop for all requests: the threads of a loop keep their database connections.
        # It runs in the caller's thread: another one would cost a third of the time of a replay.
        self.runner = Runner()

    def close(self) -> None:
        self.runner.close()

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        options.pop("follow_redirects", None)
        request = httpx.Request(method, f"{self.base_url}{url}", **options)
        return self.runner.get_loop().run_until_complete(self.answer(request))

    async def answer(self, request: httpx.Request) -> httpx.Response:
        sent: list[Message] = []
        incoming = iter([{"type": "http.request", "body": request.read(), "more_body": False}])

        async def receive() -> Message:
            return next(incoming, {"type": "http.disconnect"})

        async def send(message: Message) -> None:
            sent.append(message)

        await self.app(scope_of(request), receive, send)
        head, *parts = sent
        body = b"".join(part.get("body", b"") for part in parts)
        return httpx.Response(head["status"], headers=head["headers"], content=body)


def scope_of(request: httpx.Request) -> Scope:
    path, _, query = request.url.raw_path.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.url.scheme,
        "path": unquote(path.decode()),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 50000),
        "server": (request.url.host, request.url.port or 80),
    }
