"""The log on standard error: one line a record, in colour on a terminal, else in JSON."""

import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import msgspec
import stamina
import structlog

LINE_ENCODER = msgspec.json.Encoder()


def configure_logs() -> None:
    """Set up structlog, and silence the log of retries."""
    # The store logs an outage in two lines; a line for every retry says no more.
    stamina.instrumentation.set_on_retry_hooks(())
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def access_log() -> Callable[..., None]:
    """Return the function that logs one request; its arguments are the values of the line.

    JSON lines are written without structlog: it takes as long for one line as the gateway takes
    for its fastest answers.
    """
    if not sys.stderr.isatty():
        return JsonLineLog()
    log: Callable[..., None] = partial(structlog.get_logger("gateway.access").info, "request")
    return log


class JsonLineLog:
    """A log of JSON lines. All lines of one turn of the event loop are written together."""

    def __init__(self) -> None:
        self._pending: list[bytes] = []

    def __call__(self, **values: object) -> None:
        if not self._pending:
            asyncio.get_running_loop().call_soon(self._write)
        line = {"timestamp": datetime.now(UTC), "level": "info", "event": "request", **values}
        self._pending.append(LINE_ENCODER.encode(line))

    def _write(self) -> None:
        sys.stderr.buffer.write(b"".join(line + b"\n" for line in self._pending))
        sys.stderr.buffer.flush()
        self._pending.clear()
