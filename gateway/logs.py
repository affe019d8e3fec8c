"""The log: one line a record on standard error, in colour for a person, in JSON for a machine."""

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
    """Takes what there is to say of a request. A machine's line does without structlog, which
    takes as long for it as the fastest answers do."""
    if not sys.stderr.isatty():
        return written
    said: Callable[..., None] = partial(structlog.get_logger("gateway.access").info, "request")
    return said


def written(**values: object) -> None:
    line = {"timestamp": datetime.now(UTC), "level": "info", "event": "request", **values}
    sys.stderr.buffer.write(ENCODER.encode(line) + b"\n")
    sys.stderr.buffer.flush()
