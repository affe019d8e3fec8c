"""The log: one line a record on standard error, in colour for a person, in JSON for a machine."""

import sys

import stamina
import structlog


def configure_logs() -> None:
    # The store logs an outage in two lines; a line for every try says no more.
    stamina.instrumentation.set_on_retry_hooks(())
    renderer = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
