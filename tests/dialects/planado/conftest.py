"""Fixtures: one store for all tests here, an account of its own for each, a clock to set."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from starlette.testclient import TestClient

from gateway.app import create_app
from gateway.settings import Settings
from storage import Account, CreateAccount, CreateToken, Makers, Store
from tests.speakers import Planado

NUMBERS = count(1)


class Clock:
    """The time of day, unless a test has stopped it: then it stands until it is told to move."""

    stopped: datetime | None = None

    def __call__(self) -> datetime:
        return self.stopped or datetime.now(UTC)

    @property
    def now(self) -> datetime:
        return self()

    def stop(self, at: datetime | None) -> None:
        self.stopped = at

    def tick(self, **duration: int) -> None:
        self.stopped = self.now + timedelta(**duration)


CLOCK = Clock()


@pytest.fixture(scope="session")
def store() -> Iterator[Store]:
    # Opening a store costs more than most tests here; accounts keep them apart as well.
    store = Store.open("sqlite://", Makers(clock=CLOCK))
    yield store
    store.close()


@pytest.fixture(scope="session")
def http(store: Store) -> Iterator[TestClient]:
    # Entered, it keeps its event loop; otherwise it would make one per request.
    app = create_app(store, Settings())
    with TestClient(app, "http://planado.test", raise_server_exceptions=False) as http:
        yield http


@pytest.fixture
def account(store: Store) -> Account:
    return store.create_account(CreateAccount(name=f"acme{next(NUMBERS)}"))


@pytest.fixture
def stranger(http: TestClient, store: Store) -> Planado:
    """Somebody with another account in the same store."""
    account = store.create_account(CreateAccount(name=f"stranger{next(NUMBERS)}"))
    _, token = store.create_token(CreateToken(account=account.name, dialect="planado"))
    return Planado(http, str(token))


@pytest.fixture
def clock() -> Iterator[Clock]:
    CLOCK.stop(datetime(2016, 5, 29, 17, 31, 1, tzinfo=UTC))
    yield CLOCK
    CLOCK.stop(None)
