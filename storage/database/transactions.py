"""Runs the store's transactions: retries, the replica, group commit, and the errors by name."""

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import stamina
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, TimeoutError as PoolTimeout

from storage.model.errors import Unavailable, Undecided
from storage.model.generators import Generators

from .circuit_breaker import CircuitBreaker
from .database_file import DatabaseFile
from .engine_factory import engine_kind
from .group_commit import GroupCommit, Step
from .replica import Replica
from .step_cache import start_step
from .step_wrapper import wrapped_step

T = TypeVar("T")
P = ParamSpec("P")

RETRY_SECONDS = 2.0
"""Seconds for which a transaction is retried when its error may be transient."""


class Retryable(Unavailable):
    """A transaction that was rolled back or never began: it may be retried."""


class ConnectionLost(Retryable):
    """A connection that was lost or refused: other callers lose theirs too, now or soon."""


class TransactionRunner:
    """Base class of the store: runs a function of a connection in one transaction.

    Such a function is a step. It may run more than once; the last run counts. Raises Unavailable
    when the database cannot answer.
    """

    def __init__(
        self,
        engine: Engine,
        generators: Generators | None = None,
        replica: Replica | None = None,
    ) -> None:
        self._engine = engine
        self._engine_kind = engine_kind(engine)
        self._database_file = DatabaseFile.of(engine)
        self._generators = generators or Generators()
        self._replica = replica
        self._circuit_breaker = CircuitBreaker(RETRY_SECONDS)
        self._group_commit = GroupCommit(self._run_write, self._engine_kind.is_outage)

    def _read(
        self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a step in a transaction that only reads and sees one snapshot of the database."""
        return self._run_with_retries(
            self._engine_kind.READ_OPTIONS, lambda connection: step(connection, *args, **kwargs)
        )

    def _read_replica(
        self,
        may_lag: bool,
        step: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Like `_read`, but from the replica if `may_lag` allows it.

        If the replica fails, the primary answers.
        """
        replica = self._replica
        if may_lag and replica is not None and replica.is_available():
            try:
                return self._run_once(
                    replica.engine,
                    self._engine_kind.READ_OPTIONS,
                    lambda c: step(c, *args, **kwargs),
                )
            except (Unavailable, DBAPIError) as error:
                # DBAPIError: the replica may not have the newest columns yet.
                replica.mark_failed(error)
        return self._read(step, *args, **kwargs)

    def _write(
        self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a step that may write, in a transaction or in a savepoint of a shared transaction.

        If the step raises, only its own changes are rolled back. It may run more than once; the
        last run counts.
        """
        return self._commit(lambda c: step(c, *args, **kwargs))

    def _write_exclusive(
        self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Like `_write`, but alone in its transaction, for a step that takes long or rolls back."""
        return self._commit(lambda c: step(c, *args, **kwargs), is_exclusive=True)

    def _commit(self, step: Step[T], *, is_exclusive: bool = False) -> T:
        step = wrapped_step(step)
        if not self._engine_kind.HAS_SINGLE_WRITER:
            return self._run_write(step)
        result: T = self._group_commit.write(step, is_exclusive=is_exclusive)
        return result

    def _run_write(self, step: Step[T]) -> T:
        return self._run_with_retries(self._engine_kind.WRITE_OPTIONS, step)

    def _run_with_retries(self, options: dict[str, Any], step: Callable[[Connection], T]) -> T:
        if self._database_file is not None:
            self._database_file.require()
        with self._circuit_breaker.probe():
            try:
                result = self._run_once(self._engine, options, step)
            except ConnectionLost as failure:
                seconds_left = self._circuit_breaker.retry_seconds_left(failure)
                result = self._retry(options, step, failure, seconds_left)
            except Retryable as failure:
                result = self._retry(options, step, failure, RETRY_SECONDS)
        self._circuit_breaker.close()
        return result

    def _retry(
        self,
        options: dict[str, Any],
        step: Callable[[Connection], T],
        failure: Retryable,
        seconds: float,
    ) -> T:
        if seconds <= 0:
            raise failure
        for attempt in stamina.retry_context(
            on=Retryable,
            attempts=None,
            timeout=seconds,
            wait_initial=0.02,
            wait_max=0.3,
            wait_jitter=0.05,
        ):
            with attempt:
                return self._run_once(self._engine, options, step)
        raise AssertionError("the last attempt raises")

    def _run_once(
        self, engine: Engine, options: dict[str, Any], step: Callable[[Connection], T]
    ) -> T:
        is_committing = False
        try:
            with engine.connect() as raw:
                connection = raw.execution_options(**options)
                with connection.begin() as transaction:
                    start_step(connection)
                    result = step(connection)
                    if self._database_file is not None and options.get("gateway_writes"):
                        self._database_file.check()
                    is_committing = True
                    transaction.commit()
        except PoolTimeout as error:
            raise Unavailable("no connection came free in time") from error
        except DBAPIError as error:
            failure = self._translate_error(error, is_committing=is_committing)
            if failure is None:
                raise  # a defect in our own code
            raise failure from error
        return result

    def _translate_error(self, error: DBAPIError, *, is_committing: bool) -> Unavailable | None:
        """Return the failure for a database that cannot answer, or None for any other error.

        This is the only place where errors of the driver become failures of the store.
        """
        reason = self._engine_kind.error_reason(error)
        if self._engine_kind.is_retryable(error) and (
            not is_committing or self._engine_kind.is_rolled_back(error)
        ):
            is_rolled_back = self._engine_kind.is_rolled_back(error)
            return Retryable(reason) if is_rolled_back else ConnectionLost(reason)
        if is_committing and self._engine_kind.is_retryable(error):
            # A retry could write twice: only the caller knows what to do.
            return Undecided(f"it may have been written, or not: {reason}")
        return Unavailable(reason) if self._engine_kind.is_outage(error) else None
