"""Totals and far pages from SQLite's block counts equal those of a full count."""

import random
from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations

import pytest

from storage.indexes.block_counts import BLOCK_SIZE, BlockCounts
from storage.model.accounts import Account
from storage.model.commands import ChangeClient, CreateAccount, CreateClient
from storage.model.errors import NotFound
from storage.model.queries import ClientColumn, ClientQuery, Comparison, ComparisonOperator, SortKey
from storage.model.records import Client, State
from storage.store import Store
from tests.support.databases import Databases, open_store

SUBSETS = [frozenset(found) for n in range(4) for found in combinations(State, n)]


@pytest.fixture(scope="module")
def store(databases: Databases) -> Iterator[Store]:
    with open_store(databases) as store:
        yield store


@pytest.fixture(scope="module")
def account(store: Store) -> Account:
    """An account with 2,300 clients in three blocks, after changes of all kinds."""
    account = store.create_account(CreateAccount(name="counted"))
    names = [f"Needle {n}" if n % 3 else f"Hay {n}" for n in range(2300)]
    store.create_clients(account.id, [CreateClient(organization_name=name) for name in names])
    chance = random.Random(7)  # noqa: S311  a choice that can be repeated
    for state in (State.DELETED, State.ARCHIVED, State.ACTIVE, State.DELETED):
        store.set_client_states(account.id, sorted(chance.sample(range(1, 2301), 400)), state)
    for serial in chance.sample(range(1, 2301), 20):
        store.purge_client(account.id, serial)
    left = [client.serial for client in everybody(store, account)]
    for one, other in zip(left[::400], left[1::400], strict=False):
        store.merge_clients(account.id, one, other)
    for serial in left[5:400:40]:
        rename(store, account, serial, "Renamed")
    return account


@pytest.fixture(scope="module")
def known(store: Store, account: Account) -> list[Client]:
    """All clients by serial. Tests may change a name or a state only for a while."""
    return everybody(store, account)


def rename(store: Store, account: Account, serial: int, name: str) -> None:
    change = ChangeClient(organization_name=name)
    store.change_clients(account.id, [serial], lambda _: change)


def everybody(store: Store, account: Account) -> list[Client]:
    found: list[Client] = []
    while page := store.scan_clients(account.id, found[-1].serial if found else 0):
        found += page
    return found


def state_of(client: Client) -> State:
    if client.is_deleted:
        return State.DELETED
    return State.ARCHIVED if client.archived_at else State.ACTIVE


@pytest.mark.parametrize("states", [None, *SUBSETS])
def test_a_total_by_states(store: Store, account: Account, states: frozenset[State] | None) -> None:
    expected = [c for c in everybody(store, account) if states is None or state_of(c) in states]

    assert store.list_clients(account.id, ClientQuery(states=states)).total == len(expected)


@pytest.mark.parametrize("offset", [0, 1, 1000, 1023, 1024, 1025, 2047, 2200, 2270, 2279, 10**6])
def test_a_far_page(store: Store, account: Account, known: list[Client], offset: int) -> None:
    page = store.list_clients(account.id, ClientQuery(offset=offset, limit=20))

    assert (page.total, list(page.records)) == (len(known), known[offset : offset + 20])


@pytest.mark.parametrize("text", ["needle", "hay 1", "ha", "eedle 12", "renamed", "nobody", "le\n"])
@pytest.mark.parametrize("name", [None, "needle", "9"])
@pytest.mark.parametrize("states", [None, frozenset({State.ACTIVE})])
def test_what_a_text_is_found_in(
    *,
    store: Store,
    account: Account,
    known: list[Client],
    text: str,
    name: str | None,
    states: frozenset[State] | None,
) -> None:
    """Common ones are come by on another way than rare ones."""
    expected = [
        c
        for c in known
        if text in c.organization_name.lower()
        and (name or "") in c.organization_name.lower()
        and (states is None or state_of(c) in states)
    ]
    query = ClientQuery(text=text, name=name, states=states, limit=7, offset=3)

    page = store.list_clients(account.id, query)

    assert (page.total, list(page.records)) == (len(expected), expected[3:10])


@pytest.mark.parametrize(
    "order", [ClientColumn.NAME, ClientColumn.BALANCE, ClientColumn.CITY, ClientColumn.ARCHIVED_AT]
)
@pytest.mark.parametrize("text", ["needle", "renamed"])
def test_an_order_is_kept_on_every_way(
    store: Store, account: Account, order: ClientColumn, text: str
) -> None:
    sorting = (SortKey(column=order, is_descending=True),)
    every = Comparison(operator=ComparisonOperator.GTE, amount=Decimal(0))

    page = store.list_clients(account.id, ClientQuery(text=text, sort_keys=sorting, limit=5000))
    other = store.list_clients(
        account.id, ClientQuery(text=text, balance=every, sort_keys=sorting, limit=50)
    )

    assert page.total == len(page.records) == other.total
    assert other.records == page.records[:50]


def test_a_new_text_is_counted_before_the_index_has_learned_it(
    store: Store, account: Account
) -> None:
    query = ClientQuery(text="brand-new")
    [first, second, *_] = everybody(store, account)

    totals = [store.list_clients(account.id, query).total]
    rename(store, account, first.serial, "Brand-new one")
    totals.append(store.list_clients(account.id, query).total)
    rename(store, account, second.serial, "Brand-new two")
    totals.append(store.list_clients(account.id, query).total)
    rename(store, account, first.serial, first.organization_name)
    rename(store, account, second.serial, second.organization_name)
    totals.append(store.list_clients(account.id, query).total)

    assert totals == [0, 1, 2, 0]


def test_an_account_without_clients_has_none(store: Store) -> None:
    account = store.create_account(CreateAccount(name="empty"))

    assert store.list_clients(account.id, ClientQuery()).total == 0
    with pytest.raises(NotFound):
        store.get_client(account.id, 1)


def test_a_place_in_blocks() -> None:
    block_counts = BlockCounts.from_rows([(0, 10), (2, 0), (5, 3)])

    assert [block_counts.locate(n) for n in (0, 9, 10, 12, 13)] == [
        (0, 0),
        (0, 9),
        (5 * BLOCK_SIZE, 0),
        (5 * BLOCK_SIZE, 2),
        None,
    ]
    assert BlockCounts.from_rows([]).locate(0) is None


def test_in_a_whole_block_a_place_is_a_serial() -> None:
    block_counts = BlockCounts.from_rows([(0, BLOCK_SIZE - 1), (1, BLOCK_SIZE), (2, 5)])

    assert block_counts.locate(7) == (0, 7)
    assert block_counts.locate(BLOCK_SIZE - 1) == (BLOCK_SIZE, 0)
    assert block_counts.locate(BLOCK_SIZE + 9) == (BLOCK_SIZE + 10, 0)
    assert block_counts.locate(2 * BLOCK_SIZE) == (2 * BLOCK_SIZE, 1)
