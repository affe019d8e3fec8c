"""A plain client: one connection, one request after the other, each timed."""

import time
from collections.abc import Mapping
from http.client import HTTPConnection
from types import TracebackType
from typing import Any

import msgspec

from bench.faults import Unfit

IDLE = 1.0
"""Seconds after which a connection is made anew: servers close one that is idle for five."""


class Caller:
    """Asks a server on this machine; the connection stays open."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._last = 0.0

    def __enter__(self) -> "Caller":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def timed(self, path: str, headers: Mapping[str, str]) -> tuple[float, Any]:
        """Milliseconds until the whole answer was here, and what it says. Raises Unfit unless
        it is 200."""
        if time.perf_counter() - self._last > IDLE:
            self._connection.close()
            self._connection.connect()
        began = time.perf_counter()
        self._connection.request("GET", path, headers=dict(headers))
        answer = self._connection.getresponse()
        body = answer.read()
        self._last = time.perf_counter()
        if answer.status != 200:  # noqa: PLR2004
            raise Unfit(f"GET {path} was answered {answer.status}: {body[:300]!r}")
        return (self._last - began) * 1000, msgspec.json.decode(body)

    def found(self, path: str, headers: Mapping[str, str]) -> Any:
        return self.timed(path, headers)[1]
