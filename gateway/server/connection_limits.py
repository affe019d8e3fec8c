"""How much of a request is read, and how long a client may be slow, before the application runs.

The command `serve` hands its options to the worker processes in the environment. There they are
read here, also if uvicorn itself was started with the protocol class.
"""

import os
import resource
from collections.abc import Mapping

from msgspec import Struct

from gateway.settings import number

CONNECTIONS = "GATEWAY_LIMIT_CONNECTIONS"
CLIENT_SECONDS = "GATEWAY_CLIENT_SECONDS"
STOP_SECONDS = "GATEWAY_STOP_SECONDS"
DEFAULT_CLIENT_SECONDS, DEFAULT_STOP_SECONDS = 10, 10

MAX_HEAD = 64 * 1024
"""Bytes of a head. Chunk sizes, their extensions and trailers together may be so much larger than
the body that they carry."""
MAX_LINES = 100
"""Lines of a head, and of trailers."""
MAX_URL = 16 * 1024
MIN_RATE = 1024
"""Bytes a second, of a body that arrives and of an answer that is read."""
MAX_PIPELINE = 10
"""Requests that wait behind one that is being answered. Then nothing more is read."""

OWN_DESCRIPTORS = 100
"""Files that a worker opens itself: 28 connections to the database with a file and its log each,
its caches, the documents that are under way, libraries."""
MIN_CONNECTIONS, MAX_CONNECTIONS = 16, 10_000


class Limits(Struct, frozen=True, kw_only=True):
    """The limits that can be set: `connections` of one worker, `client_seconds` that a client may
    be slow, `stop_seconds` until a stopped server has ended."""

    connections: int
    client_seconds: int = DEFAULT_CLIENT_SECONDS
    stop_seconds: int = DEFAULT_STOP_SECONDS

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Limits":
        """Read the limits from an environment. Raise Invalid for a value that is no number."""
        patience = environment.get(CLIENT_SECONDS, str(DEFAULT_CLIENT_SECONDS))
        stop = environment.get(STOP_SECONDS, str(DEFAULT_STOP_SECONDS))
        connections = environment.get(CONNECTIONS, "0")
        return cls(
            connections=number(CONNECTIONS, connections, "connections") or connections_by_files(),
            client_seconds=number(CLIENT_SECONDS, patience, "seconds"),
            stop_seconds=number(STOP_SECONDS, stop, "seconds"),
        )

    def export(self) -> None:
        """Put the limits into the environment of the worker processes."""
        os.environ[CONNECTIONS] = str(self.connections)
        os.environ[CLIENT_SECONDS] = str(self.client_seconds)
        os.environ[STOP_SECONDS] = str(self.stop_seconds)


def connections_by_files() -> int:
    """Return how many connections the limit of open files leaves room for."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return max(MIN_CONNECTIONS, min(MAX_CONNECTIONS, soft - OWN_DESCRIPTORS))
