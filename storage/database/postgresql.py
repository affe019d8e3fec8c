"""PostgreSQL engines through psycopg 3, shared by any number of gateways and machines.

`?pgbouncer=true` in the URL says that connections go through a PgBouncer in transaction mode. Then
no session state is left on a connection: the next transaction may get another server connection.
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
"""Seconds for a commit. A statement_timeout does not limit it, so without this limit a commit would
wait for ever for a synchronous standby that is dead."""
SILENCE_MILLISECONDS = 10_000
"""Milliseconds without an acknowledgement of sent data, after which the connection is lost."""

T = TypeVar("T")

READ_OPTIONS: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
WRITE_OPTIONS: dict[str, Any] = {"isolation_level": "READ COMMITTED", "postgresql_readonly": None}
"""Execution options of a connection: `READ_OPTIONS` to read, `WRITE_OPTIONS` to write.

A read sees one snapshot. A write locks the rows that its decisions depend on
(`clients.persistence.lock_clients`, `accounts.serials.reserve_serials`).

A write does not set READ WRITE. A standby refuses READ WRITE with another SQLSTATE, and an operator
may have made the database read-only.
"""
HAS_SINGLE_WRITER = False
"""Transactions write concurrently, and the server shares one sync among concurrent commits."""

RETRYABLE_SQLSTATES = ("08", "40001", "40P01", "53300", "57P01", "57P02", "57P03", "57P05", "23505")
"""SQLSTATEs, or their first characters, after which the same transaction may succeed at once.

Lost connections, deadlocks, a server that restarts or ends idle sessions, and unique violations:
another transaction was faster, and the retry sees its rows.
"""
OUTAGE_SQLSTATES = ("53", "55P03", "57", "58", "25006", "XX")
"""First characters of the SQLSTATEs of a database that cannot answer."""
READ_ONLY_SQLSTATE = "25006"
"""The server has become a standby, or still is one."""


def sqlstate(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def is_retryable(error: DBAPIError) -> bool:
    """Return whether the same transaction may succeed now, on another connection."""
    state = sqlstate(error)
    return state.startswith(RETRYABLE_SQLSTATES) or (
        not state and isinstance(error, OperationalError)
    )


def is_outage(error: DBAPIError) -> bool:
    """Return whether the database is the cause of the error, not the statement."""
    is_duplicate = sqlstate(error) == "23505"
    return sqlstate(error).startswith(OUTAGE_SQLSTATES) or (
        is_retryable(error) and not is_duplicate
    )


def is_rolled_back(error: DBAPIError) -> bool:
    """Return whether a commit that fails with this error has certainly changed nothing.

    After a lost connection this is not certain.
    """
    return sqlstate(error).startswith(("40", "23"))


def error_reason(error: DBAPIError) -> str:
    """Return the server's primary message, without its detail, which can quote a row."""
    diagnosis = getattr(error.orig, "diag", None)
    message = str(getattr(diagnosis, "message_primary", None) or error.orig).strip()
    return message.partition("\n")[0]


def create(url: URL, connections: int) -> Engine:
    """Create an engine with a pool of `connections`; a caller waits CONNECT_SECONDS for one."""
    has_bouncer = url.query.get("pgbouncer") == "true"
    engine = create_engine(
        url.difference_update_query(["pgbouncer"]).set(drivername="postgresql+psycopg"),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=CONNECT_SECONDS,
        pool_use_lifo=True,
        connect_args=connection_settings(url, has_bouncer=has_bouncer),
        # Parameters contain people's names and notes: keep them out of error messages and logs.
        hide_parameters=True,
    )
    event.listen(engine, "do_connect", open_connection)
    event.listen(engine, "handle_error", disconnect_from_standby)
    if has_bouncer:
        event.listen(engine, "begin", limit_statements)
    return engine


class CommitTimeoutConnection(psycopg.Connection[Any]):
    """A connection on which no commit takes longer than COMMIT_SECONDS.

    After this time the connection is closed. The commit is not cancelled, because a cancelled
    commit is reported as a success.
    """

    commit_timeout: float | None = None

    def commit(self) -> None:
        self.commit_timeout = COMMIT_SECONDS
        try:
            super().commit()
        except psycopg.OperationalError:
            self.close()
            raise
        finally:
            self.commit_timeout = None

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        return super().wait(gen, interval, self.commit_timeout if timeout is None else timeout)


def open_connection(
    _dialect: Dialect, _record: Any, args: Any, settings: Any
) -> CommitTimeoutConnection:
    return CommitTimeoutConnection.connect(*args, **settings)


def connection_settings(url: URL, *, has_bouncer: bool) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS,
        "tcp_user_timeout": SILENCE_MILLISECONDS,
        # Keepalives are the only way to find out that the server is lost while we wait for its
        # answer to a statement that it has already acknowledged.
        "keepalives_idle": SILENCE_MILLISECONDS // 2000,
        "keepalives_interval": 1,
        "application_name": "clients-gateway",
    }
    if has_bouncer:
        return settings | {"prepare_threshold": None}
    url_options = url.query.get("options", "")
    limits = f"-c statement_timeout={STATEMENT_MILLISECONDS} -c jit=off"
    return settings | {"options": f"{limits} {url_options}".strip()}


def limit_statements(connection: Connection) -> None:
    """Set the statement timeout for one transaction: behind PgBouncer sessions are shared."""
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {STATEMENT_MILLISECONDS}")


def disconnect_from_standby(context: ExceptionContext) -> None:
    """Mark all connections of the pool as lost after a failover to another server.

    They still lead to the old server, which has become a standby.
    """
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY_SQLSTATE:
        context.is_disconnect = True
