"""An outage is waited for once, by all callers together, and is logged once."""

import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from storage.database.transactions import RETRY_SECONDS
from storage.model.errors import Unavailable
from storage.store import Store
from tests.failures.postgres_server import Server

CALLERS = 12


@pytest.fixture
def store(postgresql: Server) -> Iterator[Store]:
    store = Store.open(postgresql.url)
    yield store
    store.close()


IDLE_SECONDS = 0.2


@pytest.fixture
def impatient(postgresql: Server) -> Iterator[Store]:
    """A store over a server that ends idle sessions, as some hosts of PostgreSQL do."""
    postgresql.configure("idle_session_timeout", f"{IDLE_SECONDS * 1000:.0f}")
    store = Store.open(postgresql.url)
    yield store
    store.close()
    postgresql.configure("idle_session_timeout", "0")


def refused_after(store: Store) -> float:
    started = time.monotonic()
    with pytest.raises(Unavailable):
        store.list_accounts()
    return time.monotonic() - started


def test_a_crowd_does_not_wait_for_each_others_waiting(
    store: Store, postgresql: Server, caplog: pytest.LogCaptureFixture
) -> None:
    postgresql.stop()

    first = refused_after(store)
    with ThreadPoolExecutor(CALLERS) as pool:
        crowd = list(pool.map(refused_after, [store] * CALLERS))
    postgresql.start()

    assert RETRY_SECONDS / 2 < first < RETRY_SECONDS + 1
    assert max(crowd) < 1
    assert store.list_accounts() == ()
    told = [record.message.partition(":")[0] for record in caplog.records if "gone" in record.msg]
    assert told == ["the database is gone"]


def test_an_outage_shorter_than_the_patience_is_not_noticed(
    store: Store, postgresql: Server, caplog: pytest.LogCaptureFixture
) -> None:
    with ThreadPoolExecutor(1) as pool, caplog.at_level(logging.WARNING, "gateway.storage"):
        postgresql.stop()
        asked = pool.submit(store.list_accounts)
        postgresql.start()

        assert asked.result() == ()

    assert "the database is back after" in caplog.text


def test_a_session_ended_for_idleness_is_not_noticed(impatient: Store) -> None:
    impatient.list_accounts()
    time.sleep(2 * IDLE_SECONDS)

    assert impatient.list_accounts() == ()
