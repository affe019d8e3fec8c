"""Exports by two processes have the same result as exports by one process."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dialects.base.dialect import Dialect
from gateway.app import DIALECTS
from gateway.json_files.writer import open_writer
from gateway.migration.files import export
from gateway.migration.files.export import export_clients
from gateway.migration.worker_process import Worker
from storage.model.accounts import Account
from storage.model.commands import CreateAccount, ImportClient, ImportContact
from storage.model.records import State
from storage.model.runs import RunLine
from storage.store import Store
from tests.gateway.migration.remote_stand_ins import brought, one_engine

each_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
FAR = 10**12
"""A serial that a server of many accounts may well have come to."""


@pytest.fixture
def opened(empty: str) -> Callable[[], Store]:
    Store.open(empty).close()
    return partial(Store.at, empty)


@pytest.fixture
def filled(opened: Callable[[], Store]) -> Iterator[tuple[Store, Account]]:
    store = opened()
    account = store.create_account(CreateAccount(name="acme"))
    contact = ImportContact(first_name="Ada")
    commands = [
        ImportClient(serial=n, floor=f"{n}", private_notes="x", contacts=(contact,))
        for n in (*range(1, 40, 2), *range(FAR, FAR + 30))
    ]
    brought(store, account, *commands)
    store.set_client_state(account.id, 3, State.DELETED)
    yield store, account
    store.close()


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> list[Worker]:
    """Serial ranges of four clients, and a second process that works from the first range on."""
    started: list[Worker] = []

    def awaited(*given: Any) -> Worker:
        started.append(Worker(*given))
        assert started[-1].is_ready.wait(30)
        return started[-1]

    monkeypatch.setattr(export, "RANGE_SIZE", 4)
    monkeypatch.setattr(export, "MIN_CLIENTS_FOR_WORKER", 8)
    monkeypatch.setattr(export, "cores", lambda: 2)
    monkeypatch.setattr(export, "Worker", awaited)
    return started


Ends = tuple[bytes, int, int, list[RunLine]]


def exported(
    filled: tuple[Store, Account],
    dialect: Dialect,
    path: Path,
    again: Callable[[], Store] | None = None,
    tell: Callable[[int], None] = lambda _: None,
) -> Ends:
    with open_writer(str(path), is_forced=True) as write:
        given = export_clients(*filled, dialect, write, tell, reopen_store=again)
    return path.read_bytes(), given.written, given.left_out, list(given.lines)


@each_dialect
def test_two_processes_write_what_one_does(
    filled: tuple[Store, Account],
    opened: Callable[[], Store],
    shared: list[Worker],
    dialect: Dialect,
    tmp_path: Path,
):
    alone = exported(filled, dialect, tmp_path / "alone")
    assert not shared

    together = exported(filled, dialect, tmp_path / "together", opened)

    assert together == alone
    assert together[1] + together[2] == together[0].count(b"\n") + together[2] == 50
    assert len(shared) == 1
    assert not shared[0].process.is_alive()


@one_engine
def test_the_other_process_does_its_share(
    filled: tuple[Store, Account],
    opened: Callable[[], Store],
    shared: list[Worker],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    answers: list[bytes] = []
    answer = Worker.receive_result
    monkeypatch.setattr(
        Worker, "receive_result", lambda self: answers.append(answer(self)) or answers[-1]
    )

    exported(filled, DIALECTS[0], tmp_path / "together", opened)

    assert len(answers) >= export.MAX_OPEN_RANGES
    assert all(answers)


@one_engine
def test_a_process_that_ends_leaves_no_gap(
    filled: tuple[Store, Account],
    opened: Callable[[], Store],
    shared: list[Worker],
    tmp_path: Path,
):
    alone = exported(filled, DIALECTS[0], tmp_path / "alone")

    def kill(_more: int) -> None:
        shared[0].process.kill()
        shared[0].process.join()

    assert exported(filled, DIALECTS[0], tmp_path / "together", opened, kill) == alone


@one_engine
def test_a_process_that_cannot_read_the_store_leaves_no_gap(
    filled: tuple[Store, Account], shared: list[Worker], tmp_path: Path
):
    alone = exported(filled, DIALECTS[0], tmp_path / "alone")
    other = partial(Store.at, f"sqlite:///{tmp_path / 'other.db'}")

    assert exported(filled, DIALECTS[0], tmp_path / "together", other) == alone


@one_engine
def test_few_clients_start_no_process(
    filled: tuple[Store, Account],
    opened: Callable[[], Store],
    shared: list[Worker],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(export, "MIN_CLIENTS_FOR_WORKER", 51)
    exported(filled, DIALECTS[0], tmp_path / "few", opened)

    monkeypatch.setattr(export, "MIN_CLIENTS_FOR_WORKER", 50)
    monkeypatch.setattr(export, "cores", lambda: 1)
    exported(filled, DIALECTS[0], tmp_path / "one core", opened)

    assert not shared
