"""Group commit: of the writers of one process one at a time leads, and writes for all who wait.

Their steps share a transaction, each behind a savepoint of its own, and so they share the one
sync of the disk. Nobody is answered before the commit has returned. A caller sleeps until then, or
leads; for those that cannot sleep, requests in an event loop, a deputy leads in its own thread.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from time import monotonic
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from storage.database.fast_sql import statements
from storage.model.errors import Unavailable

MAX_STEPS = 64
"""Steps of one transaction."""
MAX_SECONDS = 0.02
"""Seconds after which a transaction takes up no further step: the first ones wait for the last."""
GATHER_SECONDS = 0.003
"""Seconds for which the deputy waits for a crowd: those who were answered together mostly write
again together, and then share one sync, not several."""
WAIT_SECONDS = 30.0
"""Seconds for which a step waits to be taken up."""

Step = Callable[[Connection], Any]


class PendingStep:
    """A step that waits for its transaction, and how its caller hears: by `lead` that it is to
    lead, by `wake` that it has been answered."""

    def __init__(
        self,
        step: Step,
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

    def set_result(self, found: Any = None, failure: Exception | None = None) -> None:
        """The last answer counts; it is told when the commit has returned."""
        self._result, self._failure = found, failure

    def result(self) -> Any:
        if self._failure is not None:
            raise self._failure
        return self._result


class GroupCommit:
    """`transaction` runs a step in a transaction of its own and commits it; `is_outage` tells
    the errors with which the database undoes all of it from those of a single step."""

    def __init__(
        self, transaction: Callable[[Step], Any], is_outage: Callable[[DBAPIError], bool]
    ) -> None:
        self._transaction = transaction
        self._is_outage = is_outage
        self._lock = Lock()
        self._waiting: deque[PendingStep] = deque()
        self._has_leader = False
        self._last_batch_size = 1
        self._batch_is_full = Event()
        self._leader_pool = leader_pool()

    def write(self, step: Step, *, is_exclusive: bool = False) -> Any:
        """Run a step in the next transaction; return its result after the commit.

        Raises what the step raised, after its rollback. `is_exclusive`: alone in its transaction,
        for a step that takes long or ends by rolling back."""
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

    def submit(self, step: Step, wake: Callable[[], None]) -> PendingStep:
        """As `write`, for a caller that cannot sleep: a deputy leads for all of those. `wake` is
        called in a thread of somebody else's, when there is an answer to be told."""
        pending = PendingStep(step, wake_as_leader=self._start_leader, wake_with_result=wake)
        if self._enqueue(pending):
            pending.wake_as_leader()
        return pending

    def cancel(self, pending: PendingStep) -> None:
        """Whoever has waited too long is refused, unless it has been taken up."""
        with self._lock:
            if pending.is_leader or pending not in self._waiting:
                return
            self._waiting.remove(pending)
        pending.set_result(failure=Unavailable("too many were waiting to write"))
        pending.wake_with_result()

    def close(self) -> None:
        """Let the deputy go. Like an engine, it is there again for whoever writes all the same."""
        with self._lock:
            pool, self._leader_pool = self._leader_pool, leader_pool()
        pool.shutdown()

    def _enqueue(self, pending: PendingStep) -> bool:
        """Whether it leads, since nobody does."""
        with self._lock:
            self._waiting.append(pending)
            pending.is_leader, self._has_leader = not self._has_leader, True
            if len(self._waiting) >= self._last_batch_size:
                self._batch_is_full.set()
        return pending.is_leader

    def _start_leader(self) -> None:
        with self._lock:
            self._leader_pool.submit(self._lead_after_gathering)

    def _lead_after_gathering(self) -> None:
        """Wait for as many as there were the last time, if only for a moment."""
        with self._lock:
            is_crowd = len(self._waiting) >= self._last_batch_size
            if not is_crowd:
                self._batch_is_full.clear()
        if not is_crowd:
            self._batch_is_full.wait(GATHER_SECONDS)
        self._lead_transaction()

    def _lead_transaction(self) -> None:
        """One transaction, for the leader and those behind it."""
        taken: list[PendingStep] = []
        try:
            self._transaction(lambda connection: self._run_steps(connection, taken))
        except BaseException as error:
            # A transaction that did not even begin: all who came meanwhile have waited for it.
            taken = taken or self._drain()
            if isinstance(error, Exception):
                failure = error
            else:
                failure = Unavailable("it may have been written, or not")
            for one in taken:
                one.set_result(failure=failure)
            if failure is not error:
                raise
        finally:
            self._finish(taken)

    def _run_steps(self, connection: Connection, taken: list[PendingStep]) -> None:
        for one in self._take_steps(taken):
            if one.is_exclusive:
                one.set_result(one.step(connection))
            else:
                self._run_in_savepoint(connection, one)

    def _run_in_savepoint(self, connection: Connection, one: PendingStep) -> None:
        statements.execute_text(connection, "SAVEPOINT step")
        try:
            one.set_result(one.step(connection))
        except Exception as error:
            if isinstance(error, DBAPIError) and self._is_outage(error):
                raise
            statements.execute_text(connection, "ROLLBACK TO step")
            one.set_result(failure=error)
        statements.execute_text(connection, "RELEASE step")

    def _take_steps(self, taken: list[PendingStep]) -> Iterator[PendingStep]:
        """Those to run now, adding them to those who are taken; these come first, should it be
        their transaction's second run."""
        yield from tuple(taken)
        until = monotonic() + MAX_SECONDS
        while (one := self._take_next(taken, until)) is not None:
            taken.append(one)
            yield one

    def _take_next(self, taken: list[PendingStep], until: float) -> PendingStep | None:
        with self._lock:
            if not self._waiting:
                return None
            is_full = len(taken) >= MAX_STEPS or monotonic() > until
            if taken and (is_full or taken[-1].is_exclusive or self._waiting[0].is_exclusive):
                return None
            return self._waiting.popleft()

    def _drain(self) -> list[PendingStep]:
        with self._lock:
            waiting = list(self._waiting)
            self._waiting.clear()
        return waiting

    def _finish(self, done: list[PendingStep]) -> None:
        """Somebody who still waits leads now; those who are done are told."""
        with self._lock:
            self._last_batch_size = len(done)
            next_leader = self._waiting[0] if self._waiting else None
            self._has_leader = next_leader is not None
            if next_leader is not None:
                next_leader.is_leader = True
        if next_leader is not None:
            next_leader.wake_as_leader()
        for one in done:
            one.wake_with_result()


def leader_pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "writer")
