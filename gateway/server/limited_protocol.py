"""HTTP over one connection, limited before anything of the application runs.

1. What arrives is parsed in small pieces. After each piece the parts that are not complete yet are
   compared with their limits, so neither the parser nor a pipeline grows without bounds.
2. A head has a deadline that begins with the connection, or with the first byte after an answer.
   A body must arrive, and an answer be read, at a minimum rate.
3. The deadlines stand in attributes, and the table of connections looks at them in its sweeps. A
   request that arrives at once sets none.

`uvicorn --http gateway.server.limited_protocol:LimitedProtocol` uses it too.
"""

import asyncio
from typing import Any

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
from uvicorn.server import ServerState

from .byte_allowance import ByteAllowance, bytes_in_kernel
from .closable_protocol import SHORT_LINGER, ClosableProtocol
from .connection_limits import MAX_HEAD, MAX_LINES, MAX_PIPELINE, MAX_URL
from .early_answers import (
    FRAMING_TOO_LARGE,
    FULL,
    HEAD_TOO_LARGE,
    NO_HTTP,
    NO_UPGRADE,
    NOT_ONE_HOST,
    STOPPING,
    TOO_SLOW,
    UNKNOWN_CODING,
    URL_TOO_LONG,
    Refusal,
)

PIECE = 2048
"""Bytes that are parsed at once. Most requests fit; some seventy tiny pipelined ones do too."""


class LimitedProtocol(ClosableProtocol):
    """uvicorn's protocol with limits of size, time and number."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.client_seconds = self.table.limits.client_seconds
        self.hosts = self.head_size = self.body_size = self.framing_size = 0
        self.body_allowance: ByteAllowance | None = None
        self.answer_allowance: ByteAllowance | None = None
        self.unsent = self.sent = 0
        self.is_parsing_later = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow = LimitedFlow(self)
        now = self.loop.time()
        self.head_deadline = now + self.client_seconds
        self.table.watch()
        if self.table.is_stopping:
            self.head_deadline = now + SHORT_LINGER
        while len(self.connections) > self.table.limits.connections:
            if not self.table.drop_longest_waiting():
                self.refuse(FULL)
                return
            self.table.note("closed before a request, to make room")
        self.waiting_since = now

    def data_received(self, data: bytes) -> None:
        if self.is_deaf:
            self.is_heard = True
            return
        if len(data) <= PIECE and not self.unparsed:
            self.parse(data)
        else:
            self.unparsed += data
            self.parse_rest()

    def read_on(self) -> None:
        """Continue after a pause: parse what was read before, or read more."""
        if not self.unparsed:
            if not self.is_full:
                FlowControl.resume_reading(self.flow)
        elif not self.is_parsing_later:
            # Not now: uvicorn calls this in the midst of its own changes.
            self.is_parsing_later = True
            self.loop.call_soon(self.parse_rest)

    @property
    def is_full(self) -> bool:
        """Whether so much is parsed that the application has to work first."""
        waits = self.in_body and len(self.cycle.body) > HIGH_WATER_LIMIT
        return waits or len(self.pipeline) >= MAX_PIPELINE

    def parse_rest(self) -> None:
        self.is_parsing_later = False
        while self.unparsed and not self.is_full:
            piece = bytes(self.unparsed[:PIECE])
            del self.unparsed[:PIECE]
            self.parse(piece)
        if self.unparsed:
            self.flow.pause_reading()
        elif not self.is_full and not self.is_deaf:
            FlowControl.resume_reading(self.flow)

    def parse(self, piece: bytes) -> None:
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade:
            self.is_deaf = True  # the answer to this request is the last one
        except httptools.HttpParserError as error:
            cause = error.__context__
            self.refuse(cause if isinstance(cause, Refusal) else NO_HTTP)
        else:
            if self.in_body:
                self.check_body(len(piece))
            elif self.in_head or not self.is_answering:
                self.check_head(len(piece))

    def check_head(self, size: int) -> None:
        """Compare a head that is not complete with its limits, and begin its deadline."""
        self.head_size += size
        if self.in_head and len(self.url) > MAX_URL:
            self.refuse(URL_TOO_LONG)
        elif self.head_size > MAX_HEAD or (self.in_head and len(self.headers) > MAX_LINES):
            self.refuse(HEAD_TOO_LARGE)
        elif self.head_deadline is None:
            self.head_deadline = self.loop.time() + self.client_seconds

    def check_body(self, size: int) -> None:
        """Compare a body that is not complete with its limits, and begin its deadline."""
        self.framing_size += size
        if self.framing_size > MAX_HEAD or len(self.headers) > MAX_LINES:
            self.refuse(FRAMING_TOO_LARGE)
        elif self.body_allowance is None:
            self.body_allowance = self.new_allowance(self.body_size)
            self.answer_early()

    def new_allowance(self, passed: int) -> ByteAllowance:
        return ByteAllowance(self.loop.time(), self.client_seconds, passed)

    def on_url(self, url: bytes) -> None:
        self.in_head = True
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name == b"host":
            self.hosts += 1
        elif name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        elif name == b"transfer-encoding" and value.strip().lower() != b"chunked":
            raise UNKNOWN_CODING
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        self.in_head = False
        is_upgrade = self.parser.should_upgrade()
        if (
            self.hosts != 1
            or is_upgrade
            or len(self.headers) > MAX_LINES
            or len(self.url) > MAX_URL
        ):
            self.check_complete_head(is_upgrade)
        self.waiting_since = self.head_deadline = None
        self.hosts = self.head_size = self.framing_size = 0
        super().on_headers_complete()
        self.in_body = True
        if not self.pipeline:
            self.running = self.cycle
        # Trailers are read into a list of their own: they are no headers of the request.
        self.headers = []
        if is_upgrade or self.table.is_stopping:
            self.cycle.keep_alive = False

    def check_complete_head(self, is_upgrade: bool) -> None:
        if len(self.url) > MAX_URL:
            raise URL_TOO_LONG
        if len(self.headers) > MAX_LINES:
            raise HEAD_TOO_LARGE
        if self.hosts != 1 and (self.hosts or self.parser.get_http_version() != "1.0"):
            raise NOT_ONE_HOST
        if is_upgrade and {b"content-length", b"transfer-encoding"} & dict(self.headers).keys():
            raise NO_UPGRADE

    def on_body(self, body: bytes) -> None:
        cycle, size = self.cycle, len(body)
        self.body_size += size
        self.framing_size -= 2 * size
        if not cycle.response_complete:
            cycle.body += body
            if len(cycle.body) > HIGH_WATER_LIMIT:
                self.flow.pause_reading()
            cycle.message_event.set()

    def on_message_complete(self) -> None:
        self.body_allowance = None
        super().on_message_complete()

    def resume_writing(self) -> None:
        self.answer_allowance = None
        super().resume_writing()

    def enforce_deadlines(self, now: float) -> None:
        """Drop a client that does not read, and refuse one that does not send. Called in sweeps."""
        if self.is_unread(now):
            self.table.note("dropped with an answer unread")
            self.drop()
        elif self.linger_deadline is not None:
            self.linger(now, self.linger_deadline)
        elif self.is_deaf:
            return
        elif self.flow.read_paused:
            self.restart_deadlines(now)
        elif self.is_late(now):
            self.refuse_late_request()

    def linger(self, now: float, deadline: float) -> None:
        if self.transport.get_write_buffer_size():
            return
        if now > deadline or not self.is_heard:
            self.drop()
        self.is_heard = False

    def is_unread(self, now: float) -> bool:
        """Whether the client reads an answer too slowly."""
        unsent = self.transport.get_write_buffer_size()
        if not unsent:
            self.answer_allowance = None
            return False
        unsent += bytes_in_kernel(self.transport)
        if self.answer_allowance is None:
            self.answer_allowance, self.unsent = self.new_allowance(self.sent), unsent
        self.sent += max(0, self.unsent - unsent)
        self.unsent = unsent
        is_spent = self.answer_allowance.is_spent(now, self.sent)
        return is_spent or now > self.table.stop_deadline

    def is_late(self, now: float) -> bool:
        """Whether the client sends a request too slowly."""
        if not self.in_body:
            deadline = self.head_deadline
            if deadline is None and self.waiting_since is not None:
                deadline = self.idle_deadline(now)
            return deadline is not None and now > min(deadline, self.table.stop_deadline)
        if self.cycle.waiting_for_100_continue:
            self.body_allowance = self.new_allowance(self.body_size)
        allowance = self.body_allowance
        is_spent = allowance is not None and allowance.is_spent(now, self.body_size)
        return is_spent or now > self.table.stop_deadline

    def idle_deadline(self, now: float) -> float:
        """Return until when the next request is waited for, after the last answer was sent."""
        if self.transport.get_write_buffer_size():
            self.waiting_since = now
        return (self.waiting_since or now) + self.timeout_keep_alive

    def refuse_late_request(self) -> None:
        if self.in_head or self.in_body:
            self.refuse(STOPPING if self.table.is_stopping else TOO_SLOW)
        else:
            self.drop()

    def restart_deadlines(self, now: float) -> None:
        """Give the client its time again after a pause in which the server did not read."""
        if self.head_deadline is not None:
            self.head_deadline = now + self.client_seconds
        if self.body_allowance is not None:
            self.body_allowance = self.new_allowance(self.body_size)


class LimitedFlow(FlowControl):
    """Flow control that asks the protocol whether there is room to read on."""

    def __init__(self, protocol: LimitedProtocol) -> None:
        super().__init__(protocol.transport)
        self._read_on = protocol.read_on

    def resume_reading(self) -> None:
        if self.read_paused:
            self._read_on()
