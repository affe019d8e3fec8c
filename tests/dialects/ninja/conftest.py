"""What these tests need besides: a clock that only tests move, and two more callers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from storage import Account, CreateAccount, CreateToken, Makers, Store
from tests.speakers import Ninja


class Clock:
    """Stands still at a whole second until it is moved on."""

    def __init__(self) -> None:
        self.now = datetime(2024, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: int = 60) -> int:
        self.now += timedelta(seconds=seconds)
        return int(self.now.timestamp())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> Iterator[Store]:
    store = Store.open("sqlite://", Makers(clock=clock))
    yield store
    store.close()


@pytest.fixture
def stranger(http: TestClient, store: Store) -> Ninja:
    """A caller with an account of their own, in the same store."""
    account = store.create_account(CreateAccount(name="globex"))
    _, token = store.create_token(CreateToken(account=account.name, dialect="ninja"))
    return Ninja(http, str(token))


@pytest.fixture
def reader(http: TestClient, store: Store, account: Account) -> Ninja:
    """A caller of the same account who may only read."""
    command = CreateToken(account=account.name, dialect="ninja", is_read_only=True)
    _, token = store.create_token(command)
    return Ninja(http, str(token))
