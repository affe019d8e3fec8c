"""An HTTP client for an application in this process: no socket, no thread for a request."""

from asyncio import Event, Future, Queue, Runner
from ipaddress import IPv4Address
from itertools import count
from threading import Lock
from urllib.parse import unquote

import httpx2
from starlette.types import ASGIApp, Message, Scope

ADDRESSES = count(int(IPv4Address("10.0.0.1")))


class AsgiClient(httpx2.Client):
    """A client of one ASGI application, which answers one request after the other.

    For requests at the same moment there is Starlette's TestClient.

    A request costs a fifth of the processor time that it takes there, where it crosses to another
    thread eight times.
    """

    def __init__(
        self, app: ASGIApp, base_url: str = "http://ninja.test:8000", address: str = ""
    ) -> None:
        """Ask from `address`, or from another one in each request: then none fails too often."""
        self.app = app
        transport = AsgiTransport(app, address)
        super().__init__(transport=transport, base_url=base_url, follow_redirects=True)


class AsgiTransport(httpx2.BaseTransport):
    def __init__(self, app: ASGIApp, address: str) -> None:
        self.app = app
        self.address = address
        self.turn = Lock()
        self.runner = Runner()
        self.requests: Queue[tuple[httpx2.Request, Future[httpx2.Response]]] = Queue()
        self.runner.get_loop().create_task(self.answer_requests())

    def close(self) -> None:
        self.runner.close()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        with self.turn:
            loop = self.runner.get_loop()
            answered: Future[httpx2.Response] = loop.create_future()
            self.requests.put_nowait((request, answered))
            return loop.run_until_complete(answered)

    async def answer_requests(self) -> None:
        # One task for all requests: the threads of a task, and their connections, end with it.
        while True:
            request, answered = await self.requests.get()
            try:
                answered.set_result(await self.answer(request))
            except Exception as error:  # noqa: BLE001  it is the caller's
                answered.set_exception(error)

    async def answer(self, request: httpx2.Request) -> httpx2.Response:
        sent: list[Message] = []
        is_complete = Event()
        incoming = iter([{"type": "http.request", "body": request.read(), "more_body": False}])

        async def receive() -> Message:
            for message in incoming:
                return message
            await is_complete.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                is_complete.set()

        try:
            address = self.address or str(IPv4Address(next(ADDRESSES)))
            await self.app(scope_of(request, address), receive, send)
        except Exception:
            # A defect is raised once more after its answer, for the log of a server.
            if not sent:
                raise
        return response_of(request, *sent)


def response_of(request: httpx2.Request, head: Message, *parts: Message) -> httpx2.Response:
    body = b"" if request.method == "HEAD" else b"".join(p.get("body", b"") for p in parts)
    headers, stream = head.get("headers", []), httpx2.ByteStream(body)
    return httpx2.Response(head["status"], headers=headers, stream=stream, request=request)


def scope_of(request: httpx2.Request, address: str) -> Scope:
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
        "client": (address, 50000),
        "server": (request.url.host, request.url.port or 80),
    }
