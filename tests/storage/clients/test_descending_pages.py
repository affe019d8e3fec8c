"""Clients that are equal in the sort column are in the order of their serials, on every page."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from storage.model.accounts import Account
from storage.model.commands import CreateAccount, CreateClient
from storage.model.queries import ClientColumn, ClientQuery, SortKey
from storage.model.records import State
from storage.store import Store
from tests.support.databases import Databases, open_store

NAMES = ["Beech", "Alder", "", "Beech", "Cedar", "Alder", "Beech", "", "Dogwood", "Beech", "Elm"]


@pytest.fixture(scope="module")
def store(databases: Databases) -> Iterator[Store]:
    with open_store(databases) as store:
        yield store


@pytest.fixture(scope="module")
def many(store: Store) -> Account:
    """An account whose clients have few names, each of them many times."""
    account = store.create_account(CreateAccount(name="ties"))
    names = [NAMES[n % len(NAMES)] for n in range(80)]
    store.create_clients(account.id, [CreateClient(organization_name=name) for name in names])
    store.set_client_states(account.id, list(range(3, 80, 7)), State.DELETED)
    return account


@pytest.mark.parametrize("column", [ClientColumn.NAME, ClientColumn.BALANCE, ClientColumn.CITY])
@pytest.mark.parametrize("states", [None, frozenset({State.ACTIVE})])
@pytest.mark.parametrize("limit", [1, 2, 7, 30, 500])
def test_pages_follow_each_other_in_the_order_of_the_serials(
    *,
    store: Store,
    many: Account,
    column: ClientColumn,
    states: frozenset[State] | None,
    limit: int,
) -> None:
    every = store.list_clients(many.id, ClientQuery(states=states, limit=500)).records
    expected = [client.serial for client in every]
    if column is ClientColumn.NAME:
        names = {client.serial: client.organization_name for client in every}
        expected.sort(key=lambda serial: names[serial], reverse=True)
    query = {"states": states, "limit": limit, "sort_keys": (descending(column),)}

    pages = [
        store.list_clients(many.id, ClientQuery(offset=offset, **query)).records
        for offset in range(0, len(expected) + limit, limit)
    ]

    assert [client.serial for page in pages for client in page] == expected
    assert pages[-1] == ()


def test_a_filter_leaves_the_order_of_the_equal_ones(store: Store, many: Account) -> None:
    sort_keys = (descending(ClientColumn.BALANCE),)

    found = store.list_clients(many.id, ClientQuery(text="bee", sort_keys=sort_keys, offset=5))

    serials = [client.serial for client in found.records]
    assert serials == sorted(serials)
    assert {client.balance for client in found.records} == {Decimal(0)}


def descending(column: ClientColumn) -> SortKey:
    return SortKey(column=column, is_descending=True)
