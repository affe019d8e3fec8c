"""A server of raw bytes on loopback, for faults that an HTTP server never shows."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Script = Callable[[socket.socket], None]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class RawServer:
    """A server that plays the next script to each connection, and then repeats the last script."""

    def __init__(self, scripts: tuple[Script, ...]) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.requests: list[bytes] = []
        self._scripts = scripts

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                with connection, suppress(ConnectionError):
                    self.requests.append(head_of(connection))
                    script = self._scripts[min(len(self.requests), len(self._scripts)) - 1]
                    script(connection)


def head_of(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and (received := connection.recv(4096)):
        head += received
    return head


@contextmanager
def raw_server(*scripts: Script) -> Iterator[RawServer]:
    server = RawServer(scripts)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server
    finally:
        server.listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        server.listener.close()


def sends(answer: bytes) -> Script:
    return lambda connection: connection.sendall(answer)


def fine(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 2\r\n\r\n[]")


def is_silent(connection: socket.socket) -> None:
    connection.recv(1)


def drips(start: bytes) -> Script:
    def script(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(b"1")
            time.sleep(0.01)

    return script


def resets(start: bytes) -> Script:
    def script(connection: socket.socket) -> None:
        connection.sendall(start)
        time.sleep(0.02)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return script
