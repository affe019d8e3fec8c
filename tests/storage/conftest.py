"""Fixtures: a store of the test's own, for tests of the whole store or of its internals."""

from collections.abc import Iterator

import pytest

from storage.model.accounts import Account
from storage.model.commands import CreateAccount
from storage.store import Store


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    store = Store.open(database)
    yield store
    store.close()


@pytest.fixture
def account(store: Store) -> Account:
    return store.create_account(CreateAccount(name="acme"))
