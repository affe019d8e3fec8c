"""Arrivals: what arrives is in the order of commits, whatever clocks and imports say."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import Connection

from storage.accounts.arrivals import take_arrival
from storage.model.accounts import Account
from storage.model.commands import ChangeClient, CreateClient, CreateToken, ImportClient
from storage.model.queries import ClientQuery, TombstoneQuery
from storage.store import Store
from tests.support.clock import Clock

LONG_AGO = datetime(2015, 3, 1, tzinfo=UTC)
Until = Callable[[], datetime]
ACME = CreateClient(organization_name="Acme")


@pytest.fixture
def changes_until(store: Store, account: Account) -> Until:
    """Read up to when everything has arrived, as a request learns it with its token."""
    _, token = store.create_token(CreateToken(account=account.name, dialect="planado"))

    def read() -> datetime:
        access = store.find_access("planado", str(token))
        assert access is not None
        return access.changes_until

    return read


def serials_after(store: Store, account: Account, moment: datetime) -> list[int]:
    page = store.list_clients(account.id, ClientQuery(arrived_after=moment))
    return [client.serial for client in page.records]


def rename(store: Store, account: Account, serial: int, name: str) -> datetime:
    change = ChangeClient(organization_name=name)
    return store.change_client(account.id, serial, lambda _: change).updated_at


def test_an_imported_client_arrives_with_the_import_and_keeps_its_time(
    store: Store, account: Account, changes_until: Until
) -> None:
    store.create_client(account.id, ACME)
    before = changes_until()

    old = ImportClient(organization_name="Old", created_at=LONG_AGO, updated_at=LONG_AGO)
    client = store.create_client(account.id, old)

    assert client.updated_at == LONG_AGO
    assert serials_after(store, account, before) == [client.serial]
    assert serials_after(store, account, changes_until()) == []


def test_a_change_by_a_clock_that_is_late_arrives_last(
    store: Store, account: Account, changes_until: Until, clock: Clock
) -> None:
    one, other = (store.create_client(account.id, ACME).serial for _ in range(2))
    clock.tick(hours=1)
    first = rename(store, account, one, "by the right clock")
    bookmark = changes_until()
    clock.stop(clock.now - timedelta(minutes=1))

    second = rename(store, account, other, "by the late clock")

    assert bookmark == first < second
    assert serials_after(store, account, bookmark) == [other]


def test_changes_of_one_step_arrive_together(
    store: Store, account: Account, changes_until: Until
) -> None:
    serials = [store.create_client(account.id, ACME).serial for _ in range(3)]
    before = changes_until()
    change = ChangeClient(organization_name="All")

    changed = store.change_clients(account.id, serials, lambda _: change)

    assert {client.updated_at for client in changed} == {changes_until()}
    assert serials_after(store, account, before) == serials


def test_a_refused_change_and_one_without_effect_do_not_arrive(
    store: Store, account: Account, changes_until: Until
) -> None:
    serial = store.create_client(account.id, ACME).serial
    before = changes_until()

    rename(store, account, serial, "Acme")

    assert changes_until() == before


def test_a_deletion_and_a_purge_arrive(
    store: Store, account: Account, changes_until: Until, clock: Clock
) -> None:
    old = ImportClient(
        organization_name="Old", is_deleted=True, created_at=LONG_AGO, updated_at=LONG_AGO
    )
    purged = store.create_client(account.id, ACME)
    before = changes_until()

    deleted = store.create_client(account.id, old)
    clock.stop(clock.now - timedelta(days=1))
    store.purge_client(account.id, purged.serial)

    gone = store.list_deleted_clients(account.id, TombstoneQuery(arrived_after=before))
    assert {stone.uuid for stone in gone} == {deleted.uuid, purged.uuid}
    after = TombstoneQuery(arrived_after=changes_until())
    assert store.list_deleted_clients(account.id, after) == ()


def test_no_change_arrives_before_one_that_is_not_committed_yet(
    store: Store, account: Account, changes_until: Until
) -> None:
    begun, may_end = Event(), Event()

    def slow_step(connection: Connection) -> datetime:
        moment = take_arrival(connection, account.id, store._generators)
        begun.set()
        assert may_end.wait(20)
        return moment

    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(store._write, slow_step)
        assert begun.wait(20)
        fast = pool.submit(store.create_client, account.id, ACME)
        was_done = fast.done()
        seen_meanwhile = changes_until()
        may_end.set()

    assert not was_done
    assert seen_meanwhile < slow.result() < fast.result().updated_at
