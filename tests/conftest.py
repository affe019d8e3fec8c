"""Fixtures: a real store in memory, the real app around it, an account with a token per dialect."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from gateway.app import create_app
from gateway.settings import Settings
from storage import Account, CreateAccount, CreateToken, Store
from tests.buckets import bucket_on_loopback
from tests.speakers import Ninja, Planado


@pytest.fixture(scope="session")
def bucket() -> Iterator[str]:
    """The URL of an S3 bucket."""
    with bucket_on_loopback() as url:
        yield url


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store.open("sqlite://")
    yield store
    store.close()


@pytest.fixture
def account(store: Store) -> Account:
    return store.create_account(CreateAccount(name="acme"))


@pytest.fixture
def http(store: Store) -> TestClient:
    app = create_app(store, Settings())
    return TestClient(app, base_url="http://ninja.test:8000", raise_server_exceptions=False)


@pytest.fixture
def ninja(http: TestClient, store: Store, account: Account) -> Ninja:
    _, token = store.create_token(CreateToken(account=account.name, dialect="ninja"))
    return Ninja(http, str(token))


@pytest.fixture
def planado(http: TestClient, store: Store, account: Account) -> Planado:
    _, token = store.create_token(CreateToken(account=account.name, dialect="planado"))
    return Planado(http, str(token))
