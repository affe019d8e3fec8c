"""Deadlines of whole requests, enforced at every read and write on the socket.

The timeouts of httpx start again with every byte: a server that sends its headers byte by byte can
stretch them for hours. httpx has no deadline. Therefore:

1. Each request has a `Deadline`, and its timeouts are `CappedTimeout`s, which know the deadline.
2. httpx and httpcore pass a timeout unchanged to the code that uses the socket.
3. `DeadlineTransport` wraps that code: `DeadlineNetwork` opens connections, `DeadlineStream` reads
   and writes. Before each operation both cut the timeout to the seconds that are left.
"""

import ssl
from collections.abc import Callable
from typing import Any, Protocol

import httpx

from .failures import AttemptFailure

MAX_WRITE_SIZE = 64 << 10
"""Bytes that are sent in one operation."""
IDLE_SECONDS = 2.0
"""Seconds after which a connection that is not used is given up.

Apache and uvicorn close one after 5 s, as httpx does. A creation that is sent at that moment may
have been done or not, and ends a push.
"""


class Deadline:
    """The moment by which a request must have ended."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._expires_at = clock() + seconds

    def seconds_left(self) -> float:
        """Return the seconds until the deadline, more than 0. Raises AttemptFailure after it."""
        seconds = self._expires_at - self._clock()
        if seconds <= 0:
            raise AttemptFailure("the answer took too long")
        return seconds


class CappedTimeout(float):
    """A timeout in seconds for one operation on the socket, with the deadline of its request.

    It is a float because httpx and httpcore pass on a timeout unchanged: so the deadline stays with
    its request, and an ordinary transport can use the timeout too.
    """

    deadline: Deadline

    @classmethod
    def of(cls, seconds: float, deadline: Deadline) -> "CappedTimeout":
        timeout = cls(seconds)
        timeout.deadline = deadline
        return timeout


def cap_timeout(timeout: float | None) -> float | None:
    """Cut a timeout to the seconds until its deadline. Raises AttemptFailure after the deadline."""
    if isinstance(timeout, CappedTimeout):
        return min(float(timeout), timeout.deadline.seconds_left())
    return timeout


class Stream(Protocol):
    """The NetworkStream of httpcore: an open connection."""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes: ...
    def write(self, buffer: bytes, timeout: float | None = None) -> None: ...
    def close(self) -> None: ...
    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None, timeout: float | None
    ) -> "Stream": ...
    def get_extra_info(self, info: str) -> Any: ...


class Network(Protocol):
    """The NetworkBackend of httpcore: it opens connections."""

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, **options: Any
    ) -> Stream: ...


class DeadlineStream:
    """A stream whose operations end at the deadline of the request."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, cap_timeout(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write in small parts: the inner stream allows the whole timeout for each of them."""
        for start in range(0, len(buffer), MAX_WRITE_SIZE):
            self._stream.write(buffer[start : start + MAX_WRITE_SIZE], cap_timeout(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> "DeadlineStream":
        inner = self._stream.start_tls(ssl_context, server_hostname, cap_timeout(timeout))
        return DeadlineStream(inner)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class DeadlineNetwork:
    """A network whose connections are opened before the deadline of the request."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, **options: Any
    ) -> DeadlineStream:
        stream = self._network.connect_tcp(host, port, cap_timeout(timeout), **options)
        return DeadlineStream(stream)


class DeadlineTransport(httpx.HTTPTransport):
    """The HTTP transport with deadlines.

    It takes no proxy, no .netrc file and no certificates from the environment.
    """

    def __init__(self) -> None:
        limits = httpx.Limits(keepalive_expiry=IDLE_SECONDS)
        super().__init__(verify=True, trust_env=False, limits=limits)
        pool: Any = self._pool  # httpx has no parameter for a network; a test checks this
        pool._network_backend = DeadlineNetwork(pool._network_backend)
