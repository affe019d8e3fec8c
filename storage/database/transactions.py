"""What every part of the store stands on: an engine, and transactions that fail with a name."""

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import stamina
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, TimeoutError as PoolTimeout

from storage.model.errors import Unavailable
from storage.model.generators import Generators

from .circuit_breaker import CircuitBreaker
from .engine_factory import engine_kind
from .group_commit import GroupCommit
from .replica import Replica
from .write_methods import Step

T = TypeVar("T")
P = ParamSpec("P")

RETRY_SECONDS = 2.0
"""Seconds for which a transaction is tried again when its failure may be a passing one."""


class Retryable(Unavailable):
    """The database undid the transaction or never began it: it may be tried again."""


class ConnectionLost(Retryable):
    """The connection was lost or refused; so it is, or soon will be, for everybody."""


class TransactionRunner:
    def __init__(
        self,
        engine: Engine,
        generators: Generators | None = None,
        replica: Replica | None = None,
    ) -> None:
        self._engine = engine
        self._engine_kind = engine_kind(engine)
        self._generators = generators or Generators()
        self._replica = replica
        self._circuit_breaker = CircuitBreaker(RETRY_SECONDS)
        self._group_commit = GroupCommit(self._run_write, self._engine_kind.is_outage)

    def _read(
        self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """One transaction that only reads, all of it as of one moment."""
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
        """As `_read`, from the replica if there is one and it may lag; where that one fails, the
        primary answers."""
        replica = self._replica
        if may_lag and replica is not None and replica.is_available():
            try:
                return self._run_once(
                    replica.engine,
                    self._engine_kind.READ_OPTIONS,
                    lambda c: step(c, *args, **kwargs),
                )
            except (Unavailable, DBAPIError) as error:
                # DBAPIError: it may not have heard of the newest columns yet.
                replica.mark_failed(error)
        return self._read(step, *args, **kwargs)

    def _write(
        self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """One transaction that may write, or a part of one that undoes nobody else's. Its step may
        run more than once; one run counts."""
        return self._commit(lambda c: step(c, *args, **kwargs))

    def _write_exclusive(
        self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As `_write`, for a step that takes long or ends by undoing its transaction."""
        return self._commit(lambda c: step(c, *args, **kwargs), is_exclusive=True)

    def _commit(self, step: Step[T], *, is_exclusive: bool = False) -> T:
        if not self._engine_kind.HAS_SINGLE_WRITER:
            return self._run_write(step)
        found: T = self._group_commit.write(step, is_exclusive=is_exclusive)
        return found

    def _run_write(self, step: Step[T]) -> T:
        return self._run_with_retries(self._engine_kind.WRITE_OPTIONS, step)

    def _run_with_retries(self, options: dict[str, Any], step: Callable[[Connection], T]) -> T:
        with self._circuit_breaker.probe():
            try:
                found = self._run_once(self._engine, options, step)
            except ConnectionLost as failure:
                found = self._retry(
                    options, step, failure, self._circuit_breaker.retry_seconds_left(failure)
                )
            except Retryable as failure:
                found = self._retry(options, step, failure, RETRY_SECONDS)
        self._circuit_breaker.close()
        return found

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
                    found = step(connection)
                    is_committing = True
                    transaction.commit()
        except PoolTimeout as error:
            raise Unavailable("no connection came free in time") from error
        except DBAPIError as error:
            failure = self._translate_error(error, is_committing=is_committing)
            if failure is None:
                raise  # a defect of ours
            raise failure from error
        return found

    def _translate_error(self, error: DBAPIError, *, is_committing: bool) -> Unavailable | None:
        """The border where a database that cannot answer becomes a failure with a name."""
        reason = self._engine_kind.error_reason(error)
        if self._engine_kind.is_retryable(error) and (
            not is_committing or self._engine_kind.is_rolled_back(error)
        ):
            return (Retryable if self._engine_kind.is_rolled_back(error) else ConnectionLost)(
                reason
            )
        if is_committing and self._engine_kind.is_retryable(error):
            # Again could be twice: only the caller knows what to do.
            return Unavailable(f"it may have been written, or not: {reason}")
        return Unavailable(reason) if self._engine_kind.is_outage(error) else None
