"""All connections of one worker: how many there may be, and which of them have to go.

1. A sweep looks at every connection twice a second, so that a request sets no timer.
2. A new connection beyond the limit takes the place of the one that has been without a complete
   head for longest. If all others have a request, the new one is refused.
3. What was refused is counted, and logged in one line in ten seconds at most.
"""

import asyncio
import logging
import math
import os
from collections import Counter, deque
from collections.abc import Iterable
from typing import Protocol, cast
from weakref import WeakKeyDictionary

from uvicorn.server import ServerState

from .connection_limits import Limits

logger = logging.getLogger("gateway.server")

LOG_INTERVAL = 10.0
LONGEST_SWEEP_INTERVAL = 0.5
SHARE_OF_CLIENTS, SHARE_OF_REQUESTS = 0.5, 0.75
"""Of the seconds to stop: for clients to send the rest of a request and to read their answers, and
for the application to finish."""


class Connection(Protocol):
    waiting_since: float | None
    """Since when the connection has no complete head; None while it has a request."""

    def enforce_deadlines(self, now: float) -> None: ...

    def drop(self) -> None: ...


class ConnectionTable:
    """The connections of one worker. A worker that stops waits for clients until `stop_deadline`,
    and for the application until `cut_deadline`."""

    def __init__(self, connections: Iterable[Connection], limits: Limits) -> None:
        self.limits = limits
        self.is_stopping = False
        self.stop_deadline = self.cut_deadline = math.inf
        self._connections = connections
        self._loop = asyncio.get_running_loop()
        self._longest_waiting: deque[tuple[float, Connection]] = deque()
        self._events: Counter[str] = Counter()
        self._last_line = -math.inf
        self._interval = min(LONGEST_SWEEP_INTERVAL, limits.client_seconds / 10)
        self._is_sweeping = False

    def watch(self) -> None:
        """Begin to sweep, if the first connection is there."""
        if not self._is_sweeping:
            self._is_sweeping = True
            self._loop.call_later(self._interval, self._sweep)

    def stop(self) -> None:
        """Begin the time to stop, at the first call."""
        if not self.is_stopping:
            self.is_stopping = True
            now, seconds = self._loop.time(), self.limits.stop_seconds
            self.stop_deadline = now + SHARE_OF_CLIENTS * seconds
            self.cut_deadline = now + SHARE_OF_REQUESTS * seconds
            self._interval = min(self._interval, seconds / 20)

    def drop_longest_waiting(self) -> bool:
        """Close the connection that has waited longest for a head. False if there is none."""
        if not self._longest_waiting:
            # Sorted once for many newcomers: one look at all for each would be a storm of its own.
            waiting = [(c.waiting_since, c) for c in self._connections]
            found = [(since, c) for since, c in waiting if since is not None]
            self._longest_waiting.extend(sorted(found, key=lambda pair: pair[0]))
        while self._longest_waiting:
            since, connection = self._longest_waiting.popleft()
            if connection.waiting_since == since:
                connection.drop()
                return True
        return False

    def note(self, event: str) -> None:
        """Count an event for the next line of the log."""
        self._events[event] += 1

    def _sweep(self) -> None:
        connections, now = list(self._connections), self._loop.time()
        for connection in connections:
            try:
                self._enforce_deadlines(connection, now)
            except Exception:
                # One connection must not end the deadlines of all others.
                logger.exception("a connection could not be looked at")
        if now - self._last_line >= LOG_INTERVAL:
            self._write_line(now)
        if connections or self._events:
            self._loop.call_later(self._interval, self._sweep)
        else:
            self._is_sweeping = False

    def _enforce_deadlines(self, connection: Connection, now: float) -> None:
        if now > self.cut_deadline:
            # Without an answer: whether a write is committed is not known here.
            connection.drop()
        else:
            connection.enforce_deadlines(now)

    def _write_line(self, now: float) -> None:
        if not can_open_files():
            self.note("the file descriptors have run out")
        if self._events:
            self._last_line = now
            counts = ", ".join(f"{event}: {n}" for event, n in self._events.items())
            logger.warning("connections: %s", counts)
            self._events.clear()


def can_open_files() -> bool:
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        return False
    return True


TABLES: WeakKeyDictionary[ServerState, ConnectionTable] = WeakKeyDictionary()


def table_of(state: ServerState) -> ConnectionTable:
    """Return the table of a server, which begins with its first connection."""
    table = TABLES.get(state)
    if table is None:
        # uvicorn's set of all its kinds of connections: those of this server are of our one kind.
        connections = cast(Iterable[Connection], state.connections)
        table = TABLES[state] = ConnectionTable(connections, Limits.of(os.environ))
    return table
