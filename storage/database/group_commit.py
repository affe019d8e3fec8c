"""Group commit: one writer of the process commits the steps of all writers that wait.

SQLite has a single writer, and each commit waits for a sync of the disk. Steps that share a
transaction share that sync. It works like this:

1. A caller puts its step into a queue as a `PendingStep`. A thread calls `write`, which blocks.
   An event loop cannot block: it calls `submit`, which returns at once.
2. If there is no leader, this caller becomes the leader. For `submit`, a thread of the leader pool
   leads instead of the caller. That thread first waits up to `BATCH_WAIT_SECONDS` for a batch as
   large as the last one.
3. The leader begins one transaction and takes steps from the queue, in order. It stops when the
   queue is empty, after `MAX_STEPS` steps or after `MAX_SECONDS`. An exclusive step is alone in its
   transaction.
4. The leader runs each step in its own savepoint. If a step raises, only this savepoint is rolled
   back. If the database itself fails, the whole transaction fails.
5. The leader commits. If the transaction has failed, each step of the batch fails with its error.
6. The first step that still waits becomes the next leader. Then the callers of the batch wake up.

At the end: no caller gets a result before the commit has returned. Each caller gets the result or
the error of its own step. Steps run in the order of the queue. A step may run twice, if the
transaction is retried, and the last run counts. While steps wait, there is a leader.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from storage.database.fast_sql import statements
from storage.model.errors import Unavailable, Undecided

from .step_cache import start_step

T = TypeVar("T")

MAX_STEPS = 64
"""Steps in one transaction."""
MAX_SECONDS = 0.02
"""Seconds after which a transaction takes no more steps: its first steps wait for its end."""
BATCH_WAIT_SECONDS = 0.003
"""Seconds for which the leader thread waits for a full batch.

Callers that got their results together mostly write again together. If the leader waits for them,
they share one sync instead of several.
"""
WAIT_SECONDS = 30.0
"""Seconds for which a step waits in the queue before it is refused."""

Step = Callable[[Connection], T]
"""The work of one write in a transaction. It may run more than once; the last run counts."""


class PendingStep:
    """A step in the queue, its result, and the two ways to wake its caller.

    `wake_as_leader`: the caller leads the next transaction. `wake_with_result`: the result is set.
    """

    def __init__(
        self,
        step: Step[Any],
        *,
        wake_as_leader: Callable[[], None],
        wake_with_result: Callable[[], None],
        is_exclusive: bool = False,
    ) -> None:
        self.step = step
        self.wake_as_leader = wake_as_leader
        self.wake_with_result = wake_with_result
        self.is_exclusive = is_exclusive
        self.is_leader = False
        self._result: Any = None
        self._failure: Exception | None = None

    def set_result(self, result: Any = None, failure: Exception | None = None) -> None:
        """Set the result or the failure. The last call counts: a step may run twice.

        The caller does not see it before the commit has returned.
        """
        self._result, self._failure = result, failure

    def result(self) -> Any:
        """Return the result of the step, or raise its failure."""
        if self._failure is not None:
            raise self._failure
        return self._result


class GroupCommit:
    """The queue of pending steps and its leader: commits many steps in one transaction.

    `transaction` runs a function in a transaction of its own and commits it. `is_outage` is true
    for errors of the database itself, after which the whole transaction is rolled back; after other
    errors only the step is.
    """

    def __init__(
        self, transaction: Callable[[Step[Any]], Any], is_outage: Callable[[DBAPIError], bool]
    ) -> None:
        self._transaction = transaction
        self._is_outage = is_outage
        self._lock = Lock()
        self._waiting: deque[PendingStep] = deque()
        self._has_leader = False
        self._last_batch_size = 1
        self._batch_is_full = Event()
        self._leader_pool = create_leader_pool()

    def write(self, step: Step[Any], *, is_exclusive: bool = False) -> Any:
        """Run a step in the next transaction, wait for the commit and return the step's result.

        Raises what the step raised, after its rollback. Raises Unavailable after `WAIT_SECONDS` in
        the queue. `is_exclusive`: alone in its transaction, for a step that takes long or ends with
        a rollback.
        """
        wake_lock = Lock()
        wake_lock.acquire()
        pending = PendingStep(
            step,
            wake_as_leader=wake_lock.release,
            wake_with_result=wake_lock.release,
            is_exclusive=is_exclusive,
        )
        if not self._enqueue(pending) and not wake_lock.acquire(timeout=WAIT_SECONDS):
            self.cancel(pending)
            wake_lock.acquire()
        if pending.is_leader:
            self._lead_transaction()
        return pending.result()

    def submit(self, step: Step[Any], wake: Callable[[], None]) -> PendingStep:
        """Put a step into the queue without waiting, for a caller in an event loop.

        `wake` is called in another thread when `PendingStep.result` is ready. A thread of the
        leader pool leads in place of the caller.
        """
        pending = PendingStep(step, wake_as_leader=self._start_leader, wake_with_result=wake)
        if self._enqueue(pending):
            pending.wake_as_leader()
        return pending

    def cancel(self, pending: PendingStep) -> None:
        """Refuse a step that has waited too long, unless a transaction has already taken it."""
        with self._lock:
            if pending.is_leader or pending not in self._waiting:
                return
            self._waiting.remove(pending)
        pending.set_result(failure=Unavailable("too many were waiting to write"))
        pending.wake_with_result()

    def close(self) -> None:
        """Stop the leader thread. A later write starts a new one."""
        with self._lock:
            pool, self._leader_pool = self._leader_pool, create_leader_pool()
        pool.shutdown()

    def _enqueue(self, pending: PendingStep) -> bool:
        """Put a step into the queue; return whether its caller becomes the leader."""
        with self._lock:
            self._waiting.append(pending)
            pending.is_leader, self._has_leader = not self._has_leader, True
            if len(self._waiting) >= self._last_batch_size:
                self._batch_is_full.set()
        return pending.is_leader

    def _start_leader(self) -> None:
        with self._lock:
            self._leader_pool.submit(self._lead_after_batch_wait)

    def _lead_after_batch_wait(self) -> None:
        """Wait up to `BATCH_WAIT_SECONDS` for a batch as large as the last one, then lead."""
        with self._lock:
            is_full = len(self._waiting) >= self._last_batch_size
            if not is_full:
                self._batch_is_full.clear()
        if not is_full:
            self._batch_is_full.wait(BATCH_WAIT_SECONDS)
        self._lead_transaction()

    def _lead_transaction(self) -> None:
        """Run one transaction for the leader's step and the steps behind it."""
        batch: list[PendingStep] = []
        try:
            self._transaction(lambda connection: self._run_steps(connection, batch))
        except BaseException as error:
            # If the transaction did not even begin, all steps in the queue have waited for it.
            batch = batch or self._drain()
            if isinstance(error, Exception):
                failure = error
            else:
                failure = Undecided("it may have been written, or not")
            for pending in batch:
                pending.set_result(failure=failure)
            if failure is not error:
                raise
        finally:
            self._finish(batch)

    def _run_steps(self, connection: Connection, batch: list[PendingStep]) -> None:
        for pending in self._take_steps(batch):
            start_step(connection)
            if pending.is_exclusive:
                pending.set_result(pending.step(connection))
            else:
                self._run_in_savepoint(connection, pending)

    def _run_in_savepoint(self, connection: Connection, pending: PendingStep) -> None:
        statements.execute_text(connection, "SAVEPOINT step")
        try:
            pending.set_result(pending.step(connection))
        except Exception as error:
            if isinstance(error, DBAPIError) and self._is_outage(error):
                raise
            statements.execute_text(connection, "ROLLBACK TO step")
            pending.set_result(failure=error)
        statements.execute_text(connection, "RELEASE step")

    def _take_steps(self, batch: list[PendingStep]) -> Iterator[PendingStep]:
        """Take steps from the queue, append them to the batch and yield them.

        If the transaction runs for the second time, the steps of the first run come first.
        """
        yield from tuple(batch)
        deadline = monotonic() + MAX_SECONDS
        while (pending := self._take_next(batch, deadline)) is not None:
            batch.append(pending)
            yield pending

    def _take_next(self, batch: list[PendingStep], deadline: float) -> PendingStep | None:
        """Remove the next step from the queue, or return None when the batch is complete."""
        with self._lock:
            if not self._waiting:
                return None
            is_full = len(batch) >= MAX_STEPS or monotonic() > deadline
            if batch and (is_full or batch[-1].is_exclusive or self._waiting[0].is_exclusive):
                return None
            return self._waiting.popleft()

    def _drain(self) -> list[PendingStep]:
        with self._lock:
            pending_steps = list(self._waiting)
            self._waiting.clear()
        return pending_steps

    def _finish(self, batch: list[PendingStep]) -> None:
        """Make the first step that waits the next leader, then wake the callers of the batch."""
        with self._lock:
            self._last_batch_size = len(batch)
            next_leader = self._waiting[0] if self._waiting else None
            self._has_leader = next_leader is not None
            if next_leader is not None:
                next_leader.is_leader = True
        if next_leader is not None:
            next_leader.wake_as_leader()
        for pending in batch:
            pending.wake_with_result()


def create_leader_pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "writer")
