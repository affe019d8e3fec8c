"""`python -m tests.failures.faults` is the `gateway` command with the fault that GATEWAY_TEST_FAULT
names, on SQLite: what the kills are there to find, so that it is known that they find it."""

import os
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event

from gateway.cli import main
from storage import sqlite
from storage.transactions import Transactions

T = TypeVar("T")
Fault = Callable[[], None]
"""Plants itself into this process."""

FAULT = "GATEWAY_TEST_FAULT"
GAP = 0.12
"""Seconds for which a write is what it never should be: acknowledged and not committed, or
committed by half."""


def answer_before_the_commit() -> None:
    write = Transactions._write
    # A single thread: the next write begins at once, not when SQLite looks at its lock again.
    writer = ThreadPoolExecutor(1)

    def answered(store: Transactions, step: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        answer = Future[T]()

        def told(connection: Connection) -> T:
            found = step(connection, *args, **kwargs)
            answer.set_result(found)
            time.sleep(GAP)
            return found

        # A step that raises has no early answer: its failure is told as ever.
        written = writer.submit(write, store, told)
        wait([answer, written], return_when=FIRST_COMPLETED)
        return answer.result() if answer.done() else written.result()

    Transactions._write = answered  # type: ignore[method-assign,assignment]


def commit_before_the_contacts() -> None:
    @event.listens_for(Engine, "before_cursor_execute")
    def split(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO contact"):
            # Behind the back of SQLAlchemy, which shall believe that all is one transaction.
            connection.exec_driver_sql("COMMIT")
            time.sleep(GAP)
            sqlite.begin(connection)
            connection.exec_driver_sql("SAVEPOINT step")  # that of storage/committing.py


FAULTS: dict[str, Fault] = {
    fault.__name__: fault for fault in (answer_before_the_commit, commit_before_the_contacts)
}

# Outside of the condition below: the workers import this file too, under another name.
if FAULT in os.environ:
    FAULTS[os.environ[FAULT]]()

if __name__ == "__main__":
    main()
