"""The log: one line a record on standard error, in colour for a person, in JSON for a machine."""

import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import msgspec
import stamina
import structlog

ENCODER = msgspec.json.Encoder()


def configure_logs() -> None:
    # The store logs an outage in two lines; a line for every try says no more.
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
    """Takes what there is to say of a request. A machine's lines do without structlog, which
    takes as long for one as the fastest answers do."""
    if not sys.stderr.isatty():
        return JsonLineLog()
    said: Callable[..., None] = partial(structlog.get_logger("gateway.access").info, "request")
    return said


class JsonLineLog:
    """Writes the lines of one turn of the event loop together, at its end."""

    def __init__(self) -> None:
        self._pending: list[bytes] = []

    def __call__(self, **values: object) -> None:
        if not self._pending:
            asyncio.get_running_loop().call_soon(self._write)
        line = {"timestamp": datetime.now(UTC), "level": "info", "event": "request", **values}
        self._pending.append(ENCODER.encode(line))

    def _write(self) -> None:
        sys.stderr.buffer.write(b"".join(line + b"\n" for line in self._pending))
        sys.stderr.buffer.flush()
        self._pending.clear()
