"""Clients that hold a connection: each kind of slowness, on a raw socket of its own."""

import select
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

from tests.support.live_server import Served

DRIP = 0.2
"""Seconds between two drips: more often than any deadline of the server."""
GONE = select.POLLRDHUP | select.POLLHUP | select.POLLERR
SMALL_BUFFER = 4096
Drips = Iterator[bytes]


class SlowClient:
    """`start` is sent at once, and then one of `drips` after the other.

    Nothing is read if `reads` is false.
    """

    def __init__(
        self, start: bytes, drips: Callable[[], Drips] = lambda: iter(()), *, reads: bool = True
    ) -> None:
        self.start, self.drips, self.reads = start, drips, reads

    def connected(self, server: Served) -> socket.socket:
        place = urlsplit(server.url)
        assert place.hostname
        assert place.port
        connection = socket.socket()
        if not self.reads:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        connection.connect((place.hostname, place.port))
        connection.setblocking(False)
        return connection

    def seconds_held(self, server: Served, longest: float) -> float:
        """Return how long the server keeps the connection. Raise TimeoutError after `longest`."""
        with self.connected(server) as connection:
            started, drips = time.monotonic(), self.drips()
            send(connection, self.start)
            while time.monotonic() < started + longest:
                if has_ended(connection):
                    return time.monotonic() - started
                send(connection, next(drips, b""))
        raise TimeoutError(f"still connected after {longest} s")


def send(connection: socket.socket, text: bytes) -> None:
    """Send what the kernel takes, and leave the rest."""
    try:
        connection.send(text) if text else None
    except (BlockingIOError, ConnectionError):
        return


def has_ended(connection: socket.socket) -> bool:
    poll = select.poll()
    poll.register(connection, GONE)
    return bool(poll.poll(DRIP * 1000))


def endless(drip: bytes) -> Callable[[], Drips]:
    def drips() -> Drips:
        while True:
            yield drip

    return drips


def head(token: str, line: str, *headers: str) -> bytes:
    lines = [f"{line} HTTP/1.1", "Host: localhost", f"X-API-TOKEN: {token}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def slow_clients(token: str) -> dict[str, SlowClient]:
    """Return one client of each kind. Those with a body have a token, so the server reads on."""
    create = "POST /api/v1/clients"
    sized = head(token, create, "Content-Type: application/json", "Content-Length: 5000")
    chunked = head(token, create, "Content-Type: application/json", "Transfer-Encoding: chunked")
    page = head(token, "GET /api/v1/clients?per_page=500")
    brief = head(token, "GET /api/v1/clients?per_page=1")
    return {
        "silent": SlowClient(b""),
        "half a request line": SlowClient(b"GET /api/v1/cli"),
        "half a head": SlowClient(page[:-6]),
        "a dripped head": SlowClient(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ", endless(b"a")),
        "no body": SlowClient(sized),
        "half a body": SlowClient(sized + b'{"name": "half' + b" " * 2000),
        "a dripped body": SlowClient(sized + b'{"name": "', endless(b"a")),
        "chunks without an end": SlowClient(chunked + b"5\r\n     \r\n"),
        "dripped chunk sizes": SlowClient(chunked, endless(b"0")),
        "endless trailers": SlowClient(chunked + b"2\r\n{}\r\n0\r\n", endless(b"A: b\r\n")),
        "a large answer unread": SlowClient(page * 3, reads=False),
        "a pipeline unread": SlowClient(page * 200 + brief * 200, endless(page), reads=False),
        "idle": SlowClient(brief),
    }


@contextmanager
def held(server: Served, longest: float) -> Iterator[dict[str, float]]:
    """Let one client of each kind connect. At the end, say how long each was held."""
    kinds = slow_clients(server.tokens["ninja"])
    seconds: dict[str, float] = {}
    with ThreadPoolExecutor(len(kinds)) as pool:
        calls = {k: pool.submit(c.seconds_held, server, longest) for k, c in kinds.items()}
        yield seconds
        seconds |= {kind: call.result() for kind, call in calls.items()}


@contextmanager
def silent_connections(server: Served, count: int) -> Iterator[None]:
    with ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(SlowClient(b"").connected(server))
        yield
