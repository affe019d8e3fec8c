"""Submitted writes: a leader thread commits them, with all the guarantees of blocking writes."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from storage.database.group_commit import GroupCommit, Step
from storage.model.commands import CreateAccount, CreateClient
from storage.model.errors import NotFound, Unavailable
from storage.store import Store
from tests.storage.concurrent_writers import (
    SECONDS,
    Book,
    behind_a_slow_one,
    broken,
    group_of,
    saying,
)


class Begun:
    """A submitted step, and an event that is set when its answer is there."""

    def __init__(self, group: GroupCommit, step: Step) -> None:
        self.bell = Event()
        self.waiting = group.submit(step, self.bell.set)

    def told(self) -> Any:
        assert self.bell.wait(SECONDS)
        return self.waiting.result()

    def failure(self) -> Exception | None:
        try:
            self.told()
        except Exception as error:  # noqa: BLE001  whatever it is
            return error
        return None


def begun_together(group: GroupCommit, steps: list[Step]) -> list[Begun]:
    with behind_a_slow_one(group, len(steps)):
        return [Begun(group, step) for step in steps]


class Counted(Book):
    """A book that counts the steps of each transaction."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    def transaction(self, step: Step) -> None:
        super().transaction(step)
        self.sizes.append(self.said.count("SAVEPOINT step"))


def words(book: Book) -> list[str]:
    return [word for word in book.kept if len(word) == 1]


def test_what_is_begun_together_is_written_together_and_in_order() -> None:
    book = Counted()

    begun = begun_together(group_of(book.transaction), [saying(word) for word in "abcde"])

    assert [one.told() for one in begun] == [None] * 5
    assert words(book) == list("abcde")
    assert book.sizes == [0, 5]


def test_sleepers_and_those_who_begin_share_a_transaction() -> None:
    book = Counted()
    group = group_of(book.transaction)

    with behind_a_slow_one(group, 2) as pool:
        begun = Begun(group, saying("a"))
        slept = pool.submit(group.write, saying("b"))

    begun.told()
    slept.result(SECONDS)
    assert book.sizes == [0, 2]


def test_one_that_fails_takes_nobody_along() -> None:
    book = Book()

    def lost(_connection: Connection) -> None:
        raise NotFound("client")

    begun = begun_together(group_of(book.transaction), [saying("a"), lost, saying("b")])

    assert [type(one.failure()) for one in begun] == [type(None), NotFound, type(None)]
    assert words(book) == ["a", "b"]


def test_nobody_is_woken_before_the_commit() -> None:
    book, begun, woken = Book(), list[Begun](), list[bool]()

    def slow_to_commit(step: Step) -> None:
        book.transaction(step)
        time.sleep(0.05)
        woken.extend(one.bell.is_set() for one in begun)

    group = group_of(slow_to_commit)
    with behind_a_slow_one(group, 3):
        begun += [Begun(group, saying(word)) for word in "abc"]

    assert [one.told() for one in begun] == [None] * 3
    assert not any(woken)


def test_an_outage_is_told_to_all() -> None:
    book = Book()

    def full(_connection: Connection) -> None:
        raise OperationalError("", {}, broken("SQLITE_FULL"))

    begun = begun_together(group_of(book.transaction), [saying("a"), full])

    assert [type(one.failure()) for one in begun] == [OperationalError] * 2
    assert words(book) == []


def test_a_transaction_that_cannot_begin_refuses_all_who_wait_for_it() -> None:
    may_begin = [True]

    def locked(step: Step) -> None:
        if not may_begin:
            raise Unavailable("database is locked")
        may_begin.pop()
        step(Book())  # type: ignore[arg-type]

    begun = begun_together(group_of(locked), [saying("a"), saying("b")])

    assert {str(one.failure()) for one in begun} == {"database is locked"}


def test_whoever_leaves_in_time_is_refused_and_not_written() -> None:
    book = Book()
    group = group_of(book.transaction)

    with behind_a_slow_one(group, 1):
        begun = [Begun(group, saying(word)) for word in "ab"]
        group.cancel(begun[0].waiting)

    assert isinstance(begun[0].failure(), Unavailable)
    assert begun[1].told() is None
    assert words(book) == ["b"]


def test_it_is_too_late_to_leave_for_one_that_was_taken_up() -> None:
    group, has_begun, may_end = group_of(Book().transaction), Event(), Event()

    def slow(_connection: Connection) -> str:
        has_begun.set()
        may_end.wait(SECONDS)
        return "written"

    begun = Begun(group, slow)
    has_begun.wait(SECONDS)
    group.cancel(begun.waiting)
    may_end.set()

    assert begun.told() == "written"


def test_the_deputy_waits_for_as_many_as_there_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.database.group_commit.BATCH_WAIT_SECONDS", SECONDS)
    book = Counted()
    group = group_of(book.transaction)
    for one in begun_together(group, [saying(word) for word in "abc"]):
        one.told()

    begun = []
    for word in "def":
        time.sleep(0.02)
        begun.append(Begun(group, saying(word)))

    assert [one.told() for one in begun] == [None] * 3
    assert book.sizes == [0, 3, 3]


def test_the_deputy_does_not_wait_for_those_who_do_not_come() -> None:
    book = Counted()
    group = group_of(book.transaction)
    for one in begun_together(group, [saying(word) for word in "abc"]):
        one.told()

    assert Begun(group, saying("d")).told() is None
    assert book.sizes == [0, 3, 1]


def test_closing_leaves_nobody_waiting() -> None:
    book = Book()
    group = group_of(book.transaction)

    with ThreadPoolExecutor(1) as closer:
        with behind_a_slow_one(group, 2):
            begun = [Begun(group, saying(word)) for word in "ab"]
            closed = closer.submit(group.close)
        closed.result(SECONDS)

    assert [one.told() for one in begun] == [None] * 2
    assert Begun(group, saying("c")).told() is None
    assert words(book) == ["a", "b", "c"]


def test_whoever_is_woken_finds_it_written(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = Store.open(f"sqlite:///{path}")
    account = store.create_account(CreateAccount(name="acme"))
    found, bell = [], Event()

    def look() -> None:
        with closing(sqlite3.connect(path)) as other:
            found.extend(other.execute("SELECT serial FROM client").fetchall())
        bell.set()

    pending = store.create_client.submit(look, account.id, CreateClient())

    assert bell.wait(SECONDS)
    assert found == [(pending.result().serial,)]
    store.close()
