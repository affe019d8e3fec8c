"""Group commit: of the writers of one process one at a time leads, and writes for all who wait.

Their steps share a transaction, each behind a savepoint of its own, and so they share the one
sync of the disk. Nobody is answered before the commit has returned.
"""

from collections import deque
from collections.abc import Callable, Iterator
from threading import Lock
from time import monotonic
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from .errors import Unavailable

MOST = 64
"""Steps of one transaction."""
LONGEST = 0.02
"""Seconds after which a transaction takes up no further step: the first ones wait for the last."""
WAIT = 30.0
"""Seconds for which a step waits to be taken up."""

Step = Callable[[Connection], Any]


class Waiting:
    """A caller with its step: woken when it has been answered, or when it is to lead."""

    def __init__(self, step: Step, *, is_alone: bool) -> None:
        self.step = step
        self.is_alone = is_alone
        self.leads = False
        self._found: Any = None
        self._failure: Exception | None = None
        self._asleep = Lock()
        self._asleep.acquire()

    def sleep(self, seconds: float = -1) -> bool:
        """False when nobody woke it in time."""
        return self._asleep.acquire(timeout=seconds)

    def wake(self) -> None:
        self._asleep.release()

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
        self._waiting: deque[Waiting] = deque()
        self._has_leader = False

    def write(self, step: Step, *, is_alone: bool = False) -> Any:
        """What the step found, once it is committed; what it raised, once it is undone. `is_alone`
        is for one that takes long, or ends by having its whole transaction undone."""
        mine = Waiting(step, is_alone=is_alone)
        with self._lock:
            self._waiting.append(mine)
            mine.leads, self._has_leader = not self._has_leader, True
        if not mine.leads and not mine.sleep(WAIT):
            self._leave(mine)
        if mine.leads:
            self._lead()
        return mine.told()

    def _leave(self, mine: Waiting) -> None:
        with self._lock:
            if mine in self._waiting and not mine.leads:
                self._waiting.remove(mine)
                raise Unavailable("too many were waiting to write")
        mine.sleep()  # taken up at the last moment

    def _lead(self) -> None:
        """One transaction, for the leader and those behind it."""
        taken: list[Waiting] = []
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

    def _run(self, connection: Connection, taken: list[Waiting]) -> None:
        for one in self._taking(taken):
            if one.is_alone:
                one.answer(one.step(connection))
            else:
                self._run_one(connection, one)

    def _run_one(self, connection: Connection, one: Waiting) -> None:
        connection.exec_driver_sql("SAVEPOINT step")
        try:
            one.answer(one.step(connection))
        except Exception as error:
            if isinstance(error, DBAPIError) and self._is_outage(error):
                raise
            connection.exec_driver_sql("ROLLBACK TO step")
            one.answer(failure=error)
        connection.exec_driver_sql("RELEASE step")

    def _taking(self, taken: list[Waiting]) -> Iterator[Waiting]:
        """Those to run now, adding them to those who are taken; these come first, should it be
        their transaction's second run."""
        yield from tuple(taken)
        until = monotonic() + LONGEST
        while (one := self._next(taken, until)) is not None:
            taken.append(one)
            yield one

    def _next(self, taken: list[Waiting], until: float) -> Waiting | None:
        with self._lock:
            if not self._waiting:
                return None
            is_full = len(taken) >= MOST or monotonic() > until
            if taken and (is_full or taken[-1].is_alone or self._waiting[0].is_alone):
                return None
            return self._waiting.popleft()

    def _all(self) -> list[Waiting]:
        with self._lock:
            waiting = list(self._waiting)
            self._waiting.clear()
        return waiting

    def _hand_over(self, done: list[Waiting]) -> None:
        """Somebody who still waits leads now; those who are done are told."""
        with self._lock:
            heir = self._waiting[0] if self._waiting else None
            self._has_leader = heir is not None
            if heir is not None:
                heir.leads = True
        for one in (heir, *done):
            if one is not None:
                one.wake()
