"""PostgreSQL through psycopg 3: any number of gateways on any number of machines share it.

`?pgbouncer=true` in the URL says that a PgBouncer in transaction mode stands in between: then
nothing is left on a connection that the next transaction could miss or stumble over.
"""

from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, Dialect, ExceptionContext
from sqlalchemy.exc import DBAPIError, OperationalError

CONNECT_SECONDS = 5
STATEMENT_MILLISECONDS = 30_000
COMMIT_SECONDS = 10
"""A commit is under no statement_timeout: it would wait for a dead synchronous standby for ever."""
SILENCE_MILLISECONDS = 10_000
"""After so long without an answer to what was sent, the other machine counts as gone."""

T = TypeVar("T")

READ_OPTIONS: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
WRITE_OPTIONS: dict[str, Any] = {"isolation_level": "READ COMMITTED", "postgresql_readonly": None}
"""Execution options of a connection: what is read is of one moment, what is decided on is locked
row by row (`clients.locked`, `accounts.reserved`). Nobody insists on writing: a standby answers
READ WRITE with another SQLSTATE, and an operator may have made the database read-only."""
HAS_SINGLE_WRITER = False
"""Transactions write side by side, and the server syncs those together that commit together."""

RETRYABLE = ("08", "40001", "40P01", "53300", "57P01", "57P02", "57P03", "57P05", "23505")
"""SQLSTATEs, or their beginnings, after which the same transaction may succeed at once: lost
connections, deadlocks, a server that restarts or ends idle sessions; and a unique violation, for
then somebody was faster, and the next look sees what they wrote."""
OUTAGES = ("53", "55P03", "57", "58", "25006", "XX")
READ_ONLY = "25006"
"""This server has become, or still is, a standby."""


def sqlstate(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def is_retryable(error: DBAPIError) -> bool:
    """Whether the same transaction may succeed now, on another connection."""
    state = sqlstate(error)
    return state.startswith(RETRYABLE) or (not state and isinstance(error, OperationalError))


def is_outage(error: DBAPIError) -> bool:
    """Whether the database is at fault, not the statement."""
    is_duplicate = sqlstate(error) == "23505"
    return sqlstate(error).startswith(OUTAGES) or (is_retryable(error) and not is_duplicate)


def is_rolled_back(error: DBAPIError) -> bool:
    """Whether a commit that failed so has surely changed nothing: not after a lost connection."""
    return sqlstate(error).startswith(("40", "23"))


def error_reason(error: DBAPIError) -> str:
    """What happened, without the detail, which can quote a row."""
    diagnosis = getattr(error.orig, "diag", None)
    words = str(getattr(diagnosis, "message_primary", None) or error.orig).strip()
    return words.partition("\n")[0]


def create(url: URL, connections: int) -> Engine:
    has_bouncer = url.query.get("pgbouncer") == "true"
    engine = create_engine(
        url.difference_update_query(["pgbouncer"]).set(drivername="postgresql+psycopg"),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=CONNECT_SECONDS,
        pool_use_lifo=True,
        connect_args=connection_settings(url, has_bouncer=has_bouncer),
        # Parameters are people's names and notes: they stay out of error messages and logs.
        hide_parameters=True,
    )
    event.listen(engine, "do_connect", connect)
    event.listen(engine, "handle_error", disconnect_from_standby)
    if has_bouncer:
        event.listen(engine, "begin", limit_statements)
    return engine


class CommitTimeoutConnection(psycopg.Connection[Any]):
    """A connection on which no commit takes longer than COMMIT_SECONDS.

    It is closed then and never cancelled: a canceled commit answers as a success.
    """

    patience: float | None = None

    def commit(self) -> None:
        self.patience = COMMIT_SECONDS
        try:
            super().commit()
        except psycopg.OperationalError:
            self.close()
            raise
        finally:
            self.patience = None

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        return super().wait(gen, interval, self.patience if timeout is None else timeout)


def connect(_dialect: Dialect, _record: Any, args: Any, settings: Any) -> CommitTimeoutConnection:
    return CommitTimeoutConnection.connect(*args, **settings)


def connection_settings(url: URL, *, has_bouncer: bool) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS,
        "tcp_user_timeout": SILENCE_MILLISECONDS,
        # Of what was sent and received, only keepalives find out that the receiver has gone since.
        "keepalives_idle": SILENCE_MILLISECONDS // 2000,
        "keepalives_interval": 1,
        "application_name": "clients-gateway",
    }
    if has_bouncer:
        return settings | {"prepare_threshold": None}
    own = url.query.get("options", "")
    limits = f"-c statement_timeout={STATEMENT_MILLISECONDS} -c jit=off"
    return settings | {"options": f"{limits} {own}".strip()}


def limit_statements(connection: Connection) -> None:
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {STATEMENT_MILLISECONDS}")


def disconnect_from_standby(context: ExceptionContext) -> None:
    """After a failover every connection of the pool leads to the wrong server."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True
