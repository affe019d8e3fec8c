"""uvicorn with the gateway's protocol around a small application, on a thread of the test."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from gateway.server.connection_limits import (
    CLIENT_SECONDS,
    CONNECTIONS,
    STOP_SECONDS,
    Limits,
)
from gateway.server.limited_protocol import LimitedProtocol

KEEP_ALIVE = 1
LARGE = 8_000_000
"""Bytes that do not fit into the buffers of the kernel."""


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with what was asked; or early, late, or with much, as the path says."""
    request = Request(scope, receive)
    match scope["path"]:
        case "/early":
            response: Response = JSONResponse({"message": "too large"}, 413)
        case "/late":
            await asyncio.sleep(0.4)
            response = JSONResponse({})
        case "/large":
            response = Response(b"x" * LARGE)
        case path:
            size = sum([len(chunk) async for chunk in request.stream()])
            names = sorted(name.decode() for name, _ in scope["headers"])
            response = JSONResponse({"path": path, "size": size, "names": names})
    await response(scope, receive, send)


class LimitedServer:
    def __init__(self) -> None:
        config = uvicorn.Config(
            app,
            http=LimitedProtocol,
            ws="none",
            lifespan="off",
            port=0,
            log_config=None,
            timeout_keep_alive=KEEP_ALIVE,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)

    @property
    def port(self) -> int:
        port: int = self._server.servers[0].sockets[0].getsockname()[1]
        return port

    @property
    def longest_pipeline(self) -> int:
        connections = list(self._server.server_state.connections)
        return max((len(getattr(c, "pipeline", ())) for c in connections), default=0)

    def start(self) -> None:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()

    def connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def sent(self, *parts: bytes, pause: float = 0) -> list["Answer"]:
        """Send some bytes on one connection, and return all answers until it closes."""
        with self.connected() as connection:
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)
            return answers(received(connection))


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def message(self) -> str:
        assert self.headers["content-type"] == "application/json"
        assert self.headers["connection"] == "close"
        return str(json.loads(self.body)["message"])


def received(connection: socket.socket) -> bytes:
    """Read to the end of the connection. Raises ConnectionResetError if it does not end well."""
    text = b""
    while part := connection.recv(1_000_000):
        text += part
    return text


def answers(text: bytes) -> list[Answer]:
    found = []
    while text:
        head, _, rest = text.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        pairs = (line.split(": ", 1) for line in lines)
        headers = {name.lower(): value for name, value in pairs}
        size = int(headers.get("content-length", 0))
        found.append(Answer(int(first.split()[1]), headers, rest[:size]))
        text = rest[size:]
    return found


def request(path: str = "/", *lines: str, close: bool = True, method: str = "GET") -> bytes:
    head = [f"{method} {path} HTTP/1.1", "Host: localhost", *lines]
    head += ["Connection: close"] if close else []
    return "\r\n".join(head).encode() + b"\r\n\r\n"


@contextmanager
def limited_server(
    connections: int = 100, client_seconds: int = 1, stop_seconds: int = 1
) -> Iterator[LimitedServer]:
    limits = Limits(
        connections=connections, client_seconds=client_seconds, stop_seconds=stop_seconds
    )
    with pytest.MonkeyPatch.context() as patch:
        for name in (CONNECTIONS, CLIENT_SECONDS, STOP_SECONDS):
            patch.setenv(name, "")  # so that it is taken back
        limits.export()
        server = LimitedServer()
        server.start()
        try:
            yield server
        finally:
            server.stop()
