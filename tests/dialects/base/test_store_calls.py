"""How the dialects wait for a write of the store in the event loop, in success, failure and
timeout."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from sqlalchemy import Connection

from dialects.base.http.store_calls import run_write
from storage.database.write_methods import WriteMethod
from storage.model.accounts import Account
from storage.model.commands import ChangeClient, CreateClient
from storage.model.errors import Unavailable
from storage.model.records import Client
from storage.store import Store

CROWD = 16
SECONDS = 30


def one_more(client: Client) -> ChangeClient:
    return ChangeClient(private_notes=f"{client.private_notes}.")


def run(awaited: Callable[[], Awaitable[object]]) -> object:
    """Run a coroutine in its own event loop."""

    async def whole() -> object:
        return await asyncio.wait_for(awaited(), SECONDS)

    return asyncio.run(whole())


@contextmanager
def busy(store: Store) -> Iterator[None]:
    """Keep the database locked by another writer until the block ends."""
    has_begun, may_end = Event(), Event()

    def slow(_connection: Connection) -> None:
        has_begun.set()
        may_end.wait(SECONDS)

    thread = Thread(target=store._write_exclusive, args=(slow,))
    thread.start()
    has_begun.wait(SECONDS)
    try:
        yield
    finally:
        may_end.set()
        thread.join(SECONDS)


def test_no_change_of_a_crowd_is_lost(store: Store, account: Account) -> None:
    serial = store.create_client(account.id, CreateClient()).serial

    async def crowd() -> list[Client]:
        changes = (
            run_write(store.change_client, account.id, serial, one_more) for _ in range(CROWD)
        )
        return await asyncio.gather(*changes)

    told = run(crowd)

    assert sorted(client.version for client in told) == list(range(2, CROWD + 2))
    assert store.get_client(account.id, serial).private_notes == "." * CROWD


def test_a_failure_is_told_to_its_caller_alone(store: Store, account: Account) -> None:
    async def crowd() -> list[object]:
        numbers = ["same", "same", "other"]
        commands = [CreateClient(number=number) for number in numbers]
        made = (run_write(store.create_client, account.id, command) for command in commands)
        return await asyncio.gather(*made, return_exceptions=True)

    told = run(crowd)

    assert sum(isinstance(one, Client) for one in told) == 2
    assert len(store.scan_clients(account.id)) == 2


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_write_whose_caller_went_away_is_written(store: Store, account: Account) -> None:
    async def leave() -> None:
        task = asyncio.create_task(run_write(store.create_client, account.id, CreateClient()))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await run_write(store.create_client, account.id, CreateClient())

    run(leave)

    assert len(store.scan_clients(account.id)) == 2


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_loop_that_ended_meanwhile_keeps_nobody_waiting(store: Store, account: Account) -> None:
    async def leave() -> None:
        told = asyncio.create_task(run_write(store.create_client, account.id, CreateClient()))
        await asyncio.sleep(0.01)
        told.cancel()

    with busy(store):
        run(leave)

    assert store.create_client(account.id, CreateClient()).serial
    assert run(lambda: run_write(store.create_client, account.id, CreateClient()))
    assert len(store.scan_clients(account.id)) == 3


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_whoever_waits_too_long_is_refused(
    store: Store, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WriteMethod, "wait_seconds", 0.02)

    with busy(store), pytest.raises(Unavailable, match="too many"):
        run(lambda: run_write(store.create_client, account.id, CreateClient()))

    made = store.create_client(account.id, CreateClient())
    assert store.scan_clients(account.id) == (made,)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_several_loops_write_side_by_side(store: Store, account: Account) -> None:
    serial = store.create_client(account.id, CreateClient()).serial

    async def some() -> None:
        for _ in range(CROWD):
            await run_write(store.change_client, account.id, serial, one_more)

    threads = [Thread(target=run, args=(some,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)

    assert store.get_client(account.id, serial).version == 3 * CROWD + 1
