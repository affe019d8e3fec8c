"""One store and one app for all of these tests, and an account of its own for each of them.

Accounts know nothing of each other, so that a test sees an empty gateway all the same.
"""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from gateway.app import create_app
from gateway.settings import Settings
from storage import Account, Blobs, CreateAccount, CreateToken, Makers, Store
from tests.dialects.ninja.papers import Sender, Shelf
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


@pytest.fixture(scope="session")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def store(clock: Clock) -> Iterator[Store]:
    store = Store.open("sqlite://", Makers(clock=clock), Blobs.at("memory://"))
    yield store
    store.close()


@pytest.fixture(scope="session")
def http(store: Store) -> Iterator[TestClient]:
    app = create_app(store, Settings())
    with TestClient(app, "http://ninja.test:8000", raise_server_exceptions=False) as http:
        yield http


@pytest.fixture
def account(store: Store) -> Account:
    return store.create_account(CreateAccount(name=f"acme {uuid4()}"))


@pytest.fixture
def stranger(http: TestClient, store: Store) -> Ninja:
    """A caller with an account of their own, in the same store."""
    account = store.create_account(CreateAccount(name=f"globex {uuid4()}"))
    _, token = store.create_token(CreateToken(account=account.name, dialect="ninja"))
    return Ninja(http, str(token))


@pytest.fixture
def reader(http: TestClient, store: Store, account: Account) -> Ninja:
    """A caller of the same account who may only read."""
    command = CreateToken(account=account.name, dialect="ninja", is_read_only=True)
    _, token = store.create_token(command)
    return Ninja(http, str(token))


@pytest.fixture
def confirmed(store: Store, account: Account) -> dict[str, str]:
    """The headers that confirm a final operation."""
    store.set_password(account.name, "correct hörse")
    return {"X-API-PASSWORD-BASE64": base64.b64encode("correct hörse".encode()).decode()}


@pytest.fixture
def elsewhere(ninja):
    """The same caller at the other address of this API."""
    caller = Ninja(ninja.http, ninja.token)
    caller.prefix = "/v1/api"
    return caller


@pytest.fixture(scope="session", params=["folder", "bucket"])
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, clock: Clock
) -> Iterator[Shelf]:
    """A gateway whose documents lie in a folder, or in a bucket."""
    in_bucket = request.param == "bucket"
    place = request.getfixturevalue("bucket") if in_bucket else tmp_path_factory.mktemp("blobs")
    blobs = Blobs.at(str(place))
    store = Store.open("sqlite://", Makers(clock=clock), blobs)
    app = create_app(store, Settings())
    with TestClient(app, "http://ninja.test:8000", raise_server_exceptions=False) as http:
        yield Shelf(http, store, blobs)


@pytest.fixture
def sender(shelf: Shelf) -> Sender:
    return Sender(shelf, shelf.store.create_account(CreateAccount(name=f"acme {uuid4()}")))


@pytest.fixture
def rival(shelf: Shelf) -> Sender:
    """A caller with an account of their own behind the same gateway."""
    return Sender(shelf, shelf.store.create_account(CreateAccount(name=f"globex {uuid4()}")))
