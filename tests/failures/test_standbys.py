"""A missing synchronous standby: no write is confirmed, and no write waits for ever."""

import time
from collections.abc import Iterator

import pytest

from storage.database import postgresql
from storage.model.commands import CreateAccount, CreateClient
from storage.model.errors import Unavailable
from storage.store import Store
from tests.failures.postgres_server import Server

PATIENCE = 0.5


@pytest.fixture
def store(postgresql: Server) -> Iterator[Store]:
    store = Store.open(postgresql.url)
    yield store
    store.close()


@pytest.fixture
def account_id(store: Store) -> int:
    return store.create_account(CreateAccount(name="standby")).id


@pytest.fixture
def lonely(postgresql: Server, account_id: int) -> Iterator[None]:
    """A server that waits for a standby that never comes."""
    postgresql.configure("synchronous_standby_names", "'nobody'")
    yield
    postgresql.configure("synchronous_standby_names", "''")


@pytest.mark.usefixtures("lonely")
def test_a_write_that_no_standby_confirms_is_refused_in_time(
    store: Store, account_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "COMMIT_SECONDS", PATIENCE)
    started = time.monotonic()

    with pytest.raises(Unavailable, match="may have been written, or not"):
        store.create_client(account_id, CreateClient(organization_name="acme"))

    assert PATIENCE < time.monotonic() - started < 2 * PATIENCE + 1
    assert store.list_accounts(), "reads go on"
