"""A database that cannot answer: refused in the dialect's shape, told in the log, and no longer
than it lasts. Readers do not wait for writers."""

import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient

from gateway.app import create_app
from gateway.settings import Settings
from storage import CreateAccount, CreateClient, CreateToken, Store, sqlite
from tests.speakers import Ninja, Planado

BUSY_SECONDS = 0.4


class Place:
    """A database file, the app over it, and somebody else who can lock it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "gateway.db"
        self.store = Store.open(f"sqlite:///{self.path}")
        self.account = self.store.create_account(CreateAccount(name="acme"))
        self.http = TestClient(create_app(self.store, Settings()))
        self.ninja = Ninja(self.http, self.token("ninja"))
        self.planado = Planado(self.http, self.token("planado"))

    def token(self, dialect: str) -> str:
        return str(self.store.create_token(CreateToken(account="acme", dialect=dialect))[1])

    def locked(self) -> Any:
        # By the same library: two of them in one process do not see each other's locks.
        other = sqlite.sqlite_module().connect(str(self.path), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        return other


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setattr(sqlite, "BUSY_MILLISECONDS", int(BUSY_SECONDS * 1000))
    place = Place(tmp_path)
    with place.http:
        yield place


def test_a_locked_database_is_unavailable_and_recovers(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    other = place.locked()
    with caplog.at_level(logging.ERROR):
        answers = [
            place.ninja.post("/clients", json={"name": "A"}),
            place.planado.post("/clients", json={"organization": True, "organization_name": "B"}),
        ]
    other.rollback()
    other.close()

    assert [a.status_code for a in answers] == [503, 503]
    assert [a.headers["retry-after"] for a in answers] == ["1", "1"]
    assert [list(a.json()) for a in answers] == [["message"], ["message"]]
    assert "database is locked" in caplog.text
    assert place.ninja.created(name="A")["number"] == "0001"


def test_waiting_writers_keep_no_reader_waiting(place: Place) -> None:
    other = place.locked()
    with ThreadPoolExecutor(24) as pool:
        waiting = [pool.submit(place.ninja.post, "/clients", json={}) for _ in range(20)]
        time.sleep(BUSY_SECONDS / 4)
        started = time.perf_counter()
        read = place.ninja.get("/clients")
        took = time.perf_counter() - started
        still_waiting = sum(not done.done() for done in waiting)
    other.rollback()
    other.close()

    assert read.status_code == 200
    assert still_waiting >= 10
    assert took < BUSY_SECONDS


def test_a_file_that_became_read_only_is_unavailable(place: Place) -> None:
    place.store.close()
    with place.store._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")

    assert place.ninja.post("/clients", json={}).status_code == 503


def test_a_defect_in_a_statement_is_no_outage(place: Place) -> None:
    with place.store._engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE contact")

    with pytest.raises(DBAPIError):
        place.store.create_client(place.account.id, CreateClient(private_notes="very private"))


def test_what_was_to_be_stored_is_in_no_error(place: Place) -> None:
    with place.store._engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE contact")

    with pytest.raises(DBAPIError) as error:
        place.store.create_client(place.account.id, CreateClient(private_notes="very private"))

    assert "very private" not in str(error.value)
