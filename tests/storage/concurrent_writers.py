"""Many concurrent writers for the tests of group commit, and a fake database."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

from sqlalchemy import Connection

from storage.database.fast_sql import statements
from storage.database.group_commit import GroupCommit, Step
from storage.database.sqlite import is_outage
from storage.database.sqlite_driver import sqlite_module

SECONDS = 30


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.001)


@contextmanager
def behind_a_slow_one(group: GroupCommit, amount: int) -> Iterator[ThreadPoolExecutor]:
    """Let `amount` writes of the block wait for a slow one, and then go on together."""
    has_begun, may_end = Event(), Event()

    def slow(_connection: Connection) -> None:
        has_begun.set()
        may_end.wait(SECONDS)

    with ThreadPoolExecutor(amount + 1) as pool:
        first = pool.submit(group.write, slow, is_exclusive=True)
        has_begun.wait(SECONDS)
        try:
            yield pool
            wait_until(lambda: len(group._waiting) == amount)
        finally:
            may_end.set()
        first.result(SECONDS)


def broken(name: str) -> Exception:
    error: Exception = sqlite_module().OperationalError("planted")
    error.sqlite_errorname = name  # type: ignore[attr-defined]
    return error


class Book:
    """A fake connection that records its statements, and the committed ones separately."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.said: list[str] = []
        self.connection = self.dbapi_connection = self
        self.info: dict[str, object] = {}

    def execute(self, statement: str, _given: object = ()) -> None:
        self.said.append(statement)

    def transaction(self, step: Step) -> None:
        self.said = []
        step(self)  # type: ignore[arg-type]
        self.kept += self.said


def saying(word: str) -> Step:
    return lambda connection: statements.execute_text(connection, word)


def group_of(transaction: Callable[[Step], Any]) -> GroupCommit:
    return GroupCommit(transaction, is_outage)
