"""Group commit: concurrent writers share a transaction, and each gets its own answer after the
commit."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from storage.clients import writes as client_writes
from storage.database.group_commit import GroupCommit, Step
from storage.model.accounts import Account
from storage.model.commands import ChangeClient, CreateAccount, CreateClient
from storage.model.errors import Conflict, NotFound, Unavailable
from storage.model.generators import Generators
from storage.model.records import Client
from storage.store import Store
from tests.storage.concurrent_writers import (
    Book,
    behind_a_slow_one,
    broken,
    group_of,
    saying,
    wait_until,
)

CROWD = 6


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'a.db'}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = Store.open(url)
    yield store
    store.close()


def create(pool: ThreadPoolExecutor, store: Store, account: Account, name: str) -> Future[Client]:
    command = CreateClient(organization_name=name, number=name)
    return pool.submit(store.create_client, account.id, command)


def test_those_who_wait_share_one_commit(store: Store, account: Account) -> None:
    commits: list[object] = []
    event.listen(store._engine, "commit", commits.append)

    with behind_a_slow_one(store._group_commit, CROWD) as pool:
        made = [create(pool, store, account, f"{n}") for n in range(CROWD)]

    assert len({future.result().serial for future in made}) == CROWD
    assert len(commits) == 2


def test_one_that_fails_takes_nobody_along(store: Store, account: Account) -> None:
    with behind_a_slow_one(store._group_commit, 4) as pool:
        same = [create(pool, store, account, "same") for _ in range(2)]
        lost = pool.submit(store.change_client, account.id, 99, lambda _: ChangeClient())
        other = create(pool, store, account, "other")

    (refused,) = [future for future in same if future.exception()]
    (kept,) = [future.result() for future in same if not future.exception()]
    assert isinstance(refused.exception(), Conflict)
    assert isinstance(lost.exception(), NotFound)
    there = {client.serial: client for client in store.scan_clients(account.id)}
    assert there == {client.serial: client for client in (kept, other.result())}


def test_what_a_failing_step_has_written_is_undone_alone(store: Store, account: Account) -> None:
    def half(connection: Connection) -> None:
        client_writes.create_clients(connection, account.id, [CreateClient()], Generators())
        raise NotFound("other half")

    with behind_a_slow_one(store._group_commit, 2) as pool:
        failed = pool.submit(store._write, half)
        made = create(pool, store, account, "whole")

    assert isinstance(failed.exception(), NotFound)
    assert store.scan_clients(account.id) == (made.result(),)


def test_a_step_sees_what_the_steps_before_it_did(store: Store, account: Account) -> None:
    serial = store.create_client(account.id, CreateClient()).serial

    def one_more(client: Client) -> ChangeClient:
        return ChangeClient(private_notes=f"{client.private_notes}.")

    with behind_a_slow_one(store._group_commit, CROWD) as pool:
        told = [
            pool.submit(store.change_client, account.id, serial, one_more) for _ in range(CROWD)
        ]

    assert {len(future.result().private_notes) for future in told} == set(range(1, CROWD + 1))
    assert store.get_client(account.id, serial).version == CROWD + 1


def test_nobody_is_answered_before_the_commit(store: Store, account: Account) -> None:
    made: list[Future[Client]] = []
    answered: list[int] = []
    commit = store._engine.dialect.do_commit

    def note(raw: Any) -> None:
        time.sleep(0.05)
        answered.append(sum(future.done() for future in made))
        commit(raw)

    with behind_a_slow_one(store._group_commit, CROWD) as pool:
        store._engine.dialect.do_commit = note  # type: ignore[method-assign]
        made += [create(pool, store, account, f"{n}") for n in range(CROWD)]

    assert answered == [0, 0]
    assert len(store.scan_clients(account.id)) == CROWD


def test_a_commit_that_fails_is_told_to_all_and_leaves_nothing(
    store: Store, account: Account
) -> None:
    commit = store._engine.dialect.do_commit

    def fail(raw: Any) -> None:
        raw.rollback()  # as SQLite does
        raise broken("SQLITE_IOERR_FSYNC")

    with behind_a_slow_one(store._group_commit, CROWD) as pool:
        made = [create(pool, store, account, f"{n}") for n in range(CROWD)]
        store._engine.dialect.do_commit = after_one(commit, fail)  # type: ignore[method-assign]
    store._engine.dialect.do_commit = commit  # type: ignore[method-assign]

    assert {str(future.exception()) for future in made} == {"planted"}
    assert all(isinstance(future.exception(), Unavailable) for future in made)
    assert store.scan_clients(account.id) == ()
    assert store.create_client(account.id, CreateClient()).serial == 1


def after_one(first: Callable[[Any], None], then: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return a function that calls `first` for the first call, which is the slow writer's."""
    calls = iter([first])

    def called(raw: Any) -> None:
        next(calls, then)(raw)

    return called


# Without a database: what a group makes of transactions that go wrong


def write_together(group: GroupCommit, steps: list[Step]) -> list[Future[Any]]:
    with behind_a_slow_one(group, len(steps)) as pool:
        futures = []
        for n, step in enumerate(steps, 1):
            futures.append(pool.submit(group.write, step))
            wait_until(lambda n=n: len(group._waiting) == n)  # type: ignore[misc]
    return futures


def test_the_steps_are_taken_in_the_order_in_which_they_came() -> None:
    book = Book()

    write_together(group_of(book.transaction), [saying(word) for word in "abcde"])

    assert [word for word in book.kept if len(word) == 1] == list("abcde")


def test_of_two_runs_of_a_transaction_the_second_counts() -> None:
    book = Book()

    def twice(step: Step) -> None:
        step(book)  # type: ignore[arg-type]
        book.transaction(step)

    runs = iter(range(10))
    told = write_together(group_of(twice), [lambda _: next(runs), lambda _: next(runs)])

    assert [future.result() for future in told] == [2, 3]


def test_an_outage_in_one_step_undoes_all_of_them() -> None:
    book = Book()

    def full(_connection: Connection) -> None:
        raise OperationalError("", {}, broken("SQLITE_FULL"))

    told = write_together(group_of(book.transaction), [saying("a"), full, saying("b")])

    assert [type(future.exception()) for future in told] == [OperationalError] * 2 + [type(None)]
    assert [word for word in book.kept if len(word) == 1] == ["b"]


def test_a_transaction_that_cannot_begin_refuses_all_who_wait_for_it() -> None:
    begun: list[Step] = []

    def locked(step: Step) -> None:
        begun.append(step)
        if len(begun) > 1:
            raise Unavailable("database is locked")
        step(Book())  # type: ignore[arg-type]

    told = write_together(group_of(locked), [saying("a"), saying("b")])

    assert {str(future.exception()) for future in told} == {"database is locked"}
    assert len(begun) == 2


def test_whoever_is_interrupted_leaves_nobody_waiting() -> None:
    def interrupted(_connection: Connection) -> None:
        raise KeyboardInterrupt

    book = Book()
    group = group_of(book.transaction)
    told = write_together(group, [interrupted, saying("a")])

    assert isinstance(told[0].exception(), KeyboardInterrupt)
    assert group.write(lambda _: "on it goes") == "on it goes"


def test_a_crowd_is_taken_in_several_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.database.group_commit.MAX_STEPS", 2)
    transactions = []

    def counted(step: Step) -> None:
        transactions.append(step)
        step(Book())  # type: ignore[arg-type]

    write_together(group_of(counted), [saying(word) for word in "abcde"])

    assert len(transactions) == 1 + 3


def test_a_step_that_takes_long_is_not_shared() -> None:
    sizes: list[int] = []

    def counted(step: Step) -> None:
        book = Book()
        step(book)  # type: ignore[arg-type]
        sizes.append(book.said.count("SAVEPOINT step"))

    group = group_of(counted)
    with behind_a_slow_one(group, 3) as pool:
        for n, is_exclusive in enumerate((False, True, False), 1):
            pool.submit(group.write, saying("a"), is_exclusive=is_exclusive)
            wait_until(lambda n=n: len(group._waiting) == n)  # type: ignore[misc]

    assert sizes == [0, 1, 0, 1]


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.database.group_commit.WAIT_SECONDS", 0.01)
    group = group_of(Book().transaction)

    def nested(_connection: Connection) -> None:
        group.write(saying("a"))

    with pytest.raises(Unavailable, match="too many"):
        group.write(nested)
    assert group.write(lambda _: "on it goes") == "on it goes"


# Several processes


def fill(url: str, account_id: int) -> None:
    store = Store.open(url)
    with ThreadPoolExecutor(CROWD) as pool:
        list(pool.map(lambda _: store.create_client(account_id, CreateClient()), range(30)))
    store.close()


def test_the_crowds_of_several_processes_write_side_by_side(url: str) -> None:
    store = Store.open(url)
    account = store.create_account(CreateAccount(name="acme"))
    context = get_context("spawn")
    processes = [context.Process(target=fill, args=(url, account.id)) for _ in range(2)]

    for process in processes:
        process.start()
    for process in processes:
        process.join(120)

    assert [process.exitcode for process in processes] == [0, 0]
    made = store.scan_clients(account.id)
    assert {client.serial for client in made} == set(range(1, 61))
    assert {client.number for client in made} == {f"{n:04d}" for n in range(1, 61)}
    store.close()
