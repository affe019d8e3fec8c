"""HTTP over one connection, with an end that the client can read.

uvicorn closes a socket while the client is still sending, and then the kernel throws the answer
away together with what was not read. Here the last answer is sent first, then the direction to
the client is closed, and what still arrives is read and dropped for a while.
"""

import asyncio
import struct
from contextlib import suppress
from socket import SO_LINGER, SOL_SOCKET
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from .connection_table import table_of
from .early_answers import FULL, STOPPING, TOO_SLOW, Refusal, closing_answer

LAST_MOMENT = 0.05
"""Seconds in which a request that is already on its way reaches a server that stops."""
SHORT_LINGER = 0.5
"""Seconds in which a client that was too slow, or too many, can still close its side."""


class ClosableProtocol(HttpToolsProtocol):
    """uvicorn's protocol that refuses in JSON, closes readably, and stops in a bounded time."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.table = table_of(server_state)
        self.running: RequestResponseCycle | None = None
        self.refusal: Refusal | None = None
        self.is_deaf = self.is_heard = False
        self.in_head = self.in_body = False
        self.unparsed = bytearray()
        self.waiting_since: float | None = None
        self.head_deadline: float | None = None
        self.linger_deadline: float | None = None
        self.keep_alive_after_body: bool | None = None

    @property
    def is_answering(self) -> bool:
        """Whether a request is under way whose answer is not complete."""
        running = self.running
        return running is not None and not (running.response_complete or running.disconnected)

    def on_response_complete(self) -> None:
        """Begin with the next request of a pipeline, or wait for one.

        Instead of uvicorn's method, which sets a timer for each request.
        """
        self.server_state.total_requests += 1
        if self.transport.is_closing() or self.linger_deadline is not None:
            return
        self.flow.resume_reading()
        if self.pipeline:
            self.running, app = self.pipeline.pop()
            self._start_asgi_task(self.running, app)
        else:
            self.waiting_since = self.loop.time()
            if self.refusal is not None:
                self.answer_refusal(self.refusal)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.is_deaf = True
        self.waiting_since = None
        self.unparsed.clear()
        # uvicorn tells the last request only; pipelined ones may wait behind another.
        if self.running is not None and not self.running.response_complete:
            self.running.disconnected = True
            self.running.message_event.set()

    def refuse(self, refusal: Refusal) -> None:
        """Answer an error and close. The requests before are answered first."""
        if self.is_deaf:
            return
        self.table.note(f"answered {refusal.status}")
        self.is_deaf, self.refusal = True, refusal
        self.head_deadline = None
        self.unparsed.clear()
        if self.in_body and not self.give_up_request(self.cycle):
            self.drop()
        elif not self.is_answering:
            self.answer_refusal(refusal)

    def give_up_request(self, cycle: RequestResponseCycle) -> bool:
        """End a request whose body does not arrive. False if its answer has begun already."""
        if self.pipeline and self.pipeline[0][0] is cycle:
            self.pipeline.popleft()
            return True
        if cycle.response_started:
            return False
        cycle.disconnected = True
        cycle.waiting_for_100_continue = False
        cycle.message_event.set()
        return True

    def answer_refusal(self, refusal: Refusal) -> None:
        if not self.transport.is_closing():
            self.transport.write(closing_answer(refusal))
            is_short = refusal in {TOO_SLOW, STOPPING, FULL}
            self.close_slowly(SHORT_LINGER if is_short else self.table.limits.client_seconds)

    def close_slowly(self, longest: float) -> None:
        """Send what is written, then read and drop what still arrives, and close.

        That ends when the client closes its side or is silent, and after `longest` seconds.
        """
        if self.linger_deadline is not None or self.transport.is_closing():
            return
        now = self.loop.time()
        longest = min(longest, SHORT_LINGER) if self.table.is_stopping else longest
        self.is_deaf = self.is_heard = True
        self.waiting_since, self.linger_deadline = now, now + longest
        self.unparsed.clear()
        self.pipeline.clear()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        FlowControl.resume_reading(self.flow)

    def drop(self) -> None:
        """Close at once. What is not sent yet is lost."""
        self.waiting_since = None
        self.is_deaf = True
        self.connections.discard(self)
        if self.transport.get_write_buffer_size():
            # Else the kernel would keep its part of the answer for minutes.
            with suppress(OSError):
                socket = self.transport.get_extra_info("socket")
                socket.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def shutdown(self) -> None:
        """Answer what is under way, and close the rest. uvicorn calls it when the server stops."""
        self.table.stop()
        if self.is_answering:
            self.cycle.keep_alive = False
            if self.keep_alive_after_body is not None:
                self.keep_alive_after_body = False
        elif self.in_head:
            self.refuse(STOPPING)
        elif self.linger_deadline is not None or self.cycle is None:
            self.drop()
        else:
            self.loop.call_later(LAST_MOMENT, self.close_idle)

    def close_idle(self) -> None:
        if not (self.is_answering or self.in_head or self.linger_deadline):
            self.transport.close()

    def answer_early(self) -> None:
        """See to it that an answer before the end of the body says that the connection closes.

        Else the rest of the body could be taken for the next request.
        """
        cycle = self.cycle
        if self.keep_alive_after_body is None and not cycle.response_started:
            self.keep_alive_after_body = cycle.keep_alive
            cycle.keep_alive = False
            cycle.transport = cast(asyncio.Transport, SlowlyClosed(self))

    def on_message_complete(self) -> None:
        cycle, self.in_body = self.cycle, False
        if self.keep_alive_after_body is not None:
            if not cycle.response_started:
                cycle.keep_alive = self.keep_alive_after_body
                cycle.transport = self.transport
            self.keep_alive_after_body = None
        if not cycle.response_complete:
            cycle.more_body = False
            cycle.message_event.set()

    def _should_upgrade_to_ws(self) -> bool:
        return False


class SlowlyClosed:
    """The transport of a request whose body has not arrived: it closes readably."""

    def __init__(self, protocol: ClosableProtocol) -> None:
        self.write = protocol.transport.write
        self.is_closing = protocol.transport.is_closing
        self._protocol = protocol

    def close(self) -> None:
        self._protocol.close_slowly(self._protocol.table.limits.client_seconds)
