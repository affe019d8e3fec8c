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
        lead: Callable[[], None],
        wake: Callable[[], None],
        is_alone: bool = False,
    ) -> None:
        self.step = step
        self.lead = lead
        self.wake = wake
        self.is_alone = is_alone
        self.leads = False
        self._found: Any = None
        self._failure: Exception | None = None

    def answer(self, found: Any = None, failure: Exception | None = None) -> None:
        """The last answer counts; it is told when the commit has returned."""
        self._found, self._failure = found, failure

    def told(self) -> Any:
        if self._failure is not None:
            raise self._failure
        return self._found


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
        self._crowd = 1
        self._has_crowd = Event()
        self._deputy = leader_pool()

    def write(self, step: Step, *, is_alone: bool = False) -> Any:
        """What the step found, once it is committed; what it raised, once it is undone. `is_alone`
        is for one that takes long, or ends by having its whole transaction undone."""
        asleep = Lock()
        asleep.acquire()
        mine = PendingStep(step, lead=asleep.release, wake=asleep.release, is_alone=is_alone)
        if not self._joined(mine) and not asleep.acquire(timeout=WAIT_SECONDS):
            self.leave(mine)
            asleep.acquire()
        if mine.leads:
            self._lead()
        return mine.told()

    def write_soon(self, step: Step, wake: Callable[[], None]) -> PendingStep:
        """As `write`, for a caller that cannot sleep: a deputy leads for all of those. `wake` is
        called in a thread of somebody else's, when there is an answer to be told."""
        mine = PendingStep(step, lead=self._deputize, wake=wake)
        if self._joined(mine):
            mine.lead()
        return mine

    def leave(self, mine: PendingStep) -> None:
        """Whoever has waited too long is refused, unless it has been taken up."""
        with self._lock:
            if mine.leads or mine not in self._waiting:
                return
            self._waiting.remove(mine)
        mine.answer(failure=Unavailable("too many were waiting to write"))
        mine.wake()

    def close(self) -> None:
        """Let the deputy go. Like an engine, it is there again for whoever writes all the same."""
        with self._lock:
            deputy, self._deputy = self._deputy, leader_pool()
        deputy.shutdown()

    def _joined(self, mine: PendingStep) -> bool:
        """Whether it leads, since nobody does."""
        with self._lock:
            self._waiting.append(mine)
            mine.leads, self._has_leader = not self._has_leader, True
            if len(self._waiting) >= self._crowd:
                self._has_crowd.set()
        return mine.leads

    def _deputize(self) -> None:
        with self._lock:
            self._deputy.submit(self._lead_crowd)

    def _lead_crowd(self) -> None:
        """Wait for as many as there were the last time, if only for a moment."""
        with self._lock:
            is_crowd = len(self._waiting) >= self._crowd
            if not is_crowd:
                self._has_crowd.clear()
        if not is_crowd:
            self._has_crowd.wait(GATHER_SECONDS)
        self._lead()

    def _lead(self) -> None:
        """One transaction, for the leader and those behind it."""
        taken: list[PendingStep] = []
        try:
            self._transaction(lambda connection: self._run(connection, taken))
        except BaseException as error:
            # A transaction that did not even begin: all who came meanwhile have waited for it.
            taken = taken or self._all()
            if isinstance(error, Exception):
                failure = error
            else:
                failure = Unavailable("it may have been written, or not")
            for one in taken:
                one.answer(failure=failure)
            if failure is not error:
                raise
        finally:
            self._hand_over(taken)

    def _run(self, connection: Connection, taken: list[PendingStep]) -> None:
        for one in self._taking(taken):
            if one.is_alone:
                one.answer(one.step(connection))
            else:
                self._run_one(connection, one)

    def _run_one(self, connection: Connection, one: PendingStep) -> None:
        statements.execute_text(connection, "SAVEPOINT step")
        try:
            one.answer(one.step(connection))
        except Exception as error:
            if isinstance(error, DBAPIError) and self._is_outage(error):
                raise
            statements.execute_text(connection, "ROLLBACK TO step")
            one.answer(failure=error)
        statements.execute_text(connection, "RELEASE step")

    def _taking(self, taken: list[PendingStep]) -> Iterator[PendingStep]:
        """Those to run now, adding them to those who are taken; these come first, should it be
        their transaction's second run."""
        yield from tuple(taken)
        until = monotonic() + MAX_SECONDS
        while (one := self._next(taken, until)) is not None:
            taken.append(one)
            yield one

    def _next(self, taken: list[PendingStep], until: float) -> PendingStep | None:
        with self._lock:
            if not self._waiting:
                return None
            is_full = len(taken) >= MAX_STEPS or monotonic() > until
            if taken and (is_full or taken[-1].is_alone or self._waiting[0].is_alone):
                return None
            return self._waiting.popleft()

    def _all(self) -> list[PendingStep]:
        with self._lock:
            waiting = list(self._waiting)
            self._waiting.clear()
        return waiting

    def _hand_over(self, done: list[PendingStep]) -> None:
        """Somebody who still waits leads now; those who are done are told."""
        with self._lock:
            self._crowd = len(done)
            heir = self._waiting[0] if self._waiting else None
            self._has_leader = heir is not None
            if heir is not None:
                heir.leads = True
        if heir is not None:
            heir.lead()
        for one in done:
            one.wake()


def leader_pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "writer")
