"""Fixtures for callers of this dialect, in addition to those for all dialects."""

import base64
from collections.abc import Iterator
from itertools import count
from uuid import uuid4

import pytest

from gateway.app import create_app
from gateway.settings import Settings
from storage.documents.blob_store import BlobStore
from storage.model.accounts import Account
from storage.model.commands import CreateAccount, CreateToken
from storage.model.generators import Generators
from storage.store import Store
from tests.conftest import CLOCK
from tests.dialects.ninja.documents.sample_files import Sender, Shelf
from tests.support.api_callers import Ninja
from tests.support.asgi_client import AsgiClient
from tests.support.clock import Clock
from tests.support.databases import Databases

NUMBERS = count(1)


@pytest.fixture(autouse=True)
def still(clock: Clock) -> None:
    """Stop the clock: this API shows whole seconds, so a running clock would change answers at
    times."""


@pytest.fixture
def stranger(http: AsgiClient, store: Store) -> Ninja:
    """A caller with another account in the same store."""
    account = store.create_account(CreateAccount(name=f"globex {next(NUMBERS)}"))
    _, token = store.create_token(CreateToken(account=account.name, dialect="ninja"))
    return Ninja(http, str(token))


@pytest.fixture
def reader(http: AsgiClient, store: Store, account: Account) -> Ninja:
    """A caller of the same account with a read-only token."""
    command = CreateToken(account=account.name, dialect="ninja", is_read_only=True)
    _, token = store.create_token(command)
    return Ninja(http, str(token))


@pytest.fixture
def confirmed(store: Store, account: Account) -> dict[str, str]:
    """The headers that confirm an operation that is final."""
    store.set_password(account.name, "correct hörse")
    return {"X-API-PASSWORD-BASE64": base64.b64encode("correct hörse".encode()).decode()}


@pytest.fixture
def elsewhere(ninja):
    """The same caller at the other base address of this API."""
    caller = Ninja(ninja.http, ninja.token)
    caller.prefix = "/v1/api"
    return caller


@pytest.fixture(scope="session", params=["folder", "bucket"])
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, databases: Databases
) -> Iterator[Shelf]:
    """A gateway that stores documents in a folder, or in a bucket."""
    if request.param == "bucket":
        place = f"{request.getfixturevalue('bucket')}/{uuid4()}"
    else:
        place = str(tmp_path_factory.mktemp("blobs"))
    blobs = BlobStore.at(place)
    with databases.database() as url:
        store = Store.open(url, Generators(clock=CLOCK), blobs)
        app = create_app(store, Settings())
        with AsgiClient(app) as http:
            yield Shelf(http, store, blobs)
        store.close()


@pytest.fixture
def sender(shelf: Shelf) -> Sender:
    return a_sender(shelf)


@pytest.fixture
def rival(shelf: Shelf) -> Sender:
    """A caller with another account behind the same gateway."""
    return a_sender(shelf)


def a_sender(shelf: Shelf) -> Sender:
    return Sender(shelf, shelf.store.create_account(CreateAccount(name=f"sender {next(NUMBERS)}")))
