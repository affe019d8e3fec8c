"""Fixtures: a store of the test's own, for those who look at all of it or at its inside."""

from collections.abc import Iterator

import pytest

from storage import Account, CreateAccount, Store


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    store = Store.open(database)
    yield store
    store.close()


@pytest.fixture
def account(store: Store) -> Account:
    return store.create_account(CreateAccount(name="acme"))
