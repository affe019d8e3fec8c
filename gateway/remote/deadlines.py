"""A deadline that holds for every single read and write on the socket of a request.

The timeouts of httpx start anew with every byte: a server that drips its headers stretches them
for hours. httpx has no place for a deadline, so that the network beneath it is wrapped.
"""

import ssl
from collections.abc import Callable
from typing import Any, Protocol

import httpx

from .failures import AttemptFailure

PIECE = 64 << 10


class Deadline:
    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._expires_at = clock() + seconds

    def seconds_left(self) -> float:
        """Seconds, more than none. Raises Setback when it is past."""
        seconds = self._expires_at - self._clock()
        if seconds <= 0:
            raise AttemptFailure("the answer took too long")
        return seconds


class Allowance(float):
    """Seconds for one operation on the socket, cut by the deadline of the request.

    A float, for httpx and httpcore pass on a timeout unseen to whoever reads the socket: so it
    stays with its own request, and an ordinary transport can use it too.
    """

    deadline: Deadline

    @classmethod
    def of(cls, seconds: float, deadline: Deadline) -> "Allowance":
        allowance = cls(seconds)
        allowance.deadline = deadline
        return allowance


def remaining(timeout: float | None) -> float | None:
    if isinstance(timeout, Allowance):
        return min(float(timeout), timeout.deadline.seconds_left())
    return timeout


class Stream(Protocol):
    """What httpcore calls a NetworkStream."""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes: ...
    def write(self, buffer: bytes, timeout: float | None = None) -> None: ...
    def close(self) -> None: ...
    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None, timeout: float | None
    ) -> "Stream": ...
    def get_extra_info(self, info: str) -> Any: ...


class Network(Protocol):
    """What httpcore calls a NetworkBackend."""

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, **options: Any
    ) -> Stream: ...


class PunctualStream:
    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, remaining(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """In small pieces: the network below allows the whole timeout for every piece it sends."""
        for start in range(0, len(buffer), PIECE):
            self._stream.write(buffer[start : start + PIECE], remaining(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> "PunctualStream":
        inner = self._stream.start_tls(ssl_context, server_hostname, remaining(timeout))
        return PunctualStream(inner)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class PunctualNetwork:
    def __init__(self, network: Network) -> None:
        self._network = network

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, **options: Any
    ) -> PunctualStream:
        stream = self._network.connect_tcp(host, port, remaining(timeout), **options)
        return PunctualStream(stream)


class PunctualTransport(httpx.HTTPTransport):
    """Asks the server itself: no proxy, no .netrc and no certificates of the environment."""

    def __init__(self) -> None:
        super().__init__(verify=True, trust_env=False)
        pool: Any = self._pool  # httpx lets nobody hand in a network; a test sees to it
        pool._network_backend = PunctualNetwork(pool._network_backend)
