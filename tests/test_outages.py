"""Outages of the database: refused in the dialect's shape, logged, and over as soon as it is back.

Readers do not wait for writers.
"""

import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient

from gateway.app import create_app
from gateway.settings import Settings
from storage.database import postgresql, sqlite
from storage.database.sqlite_driver import sqlite_module
from storage.model.commands import CreateAccount, CreateClient, CreateToken
from storage.store import Store
from tests.support.api_callers import Ninja, Planado

BUSY_SECONDS = 0.4


class Place:
    """A database, the app over it, and another connection that can lock it."""

    reason: str

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.store = Store.open(url)
        self.account = self.store.create_account(CreateAccount(name="acme"))
        self.http = TestClient(create_app(self.store, Settings()))
        self.ninja = Ninja(self.http, self.token("ninja"))
        self.planado = Planado(self.http, self.token("planado"))

    def token(self, dialect: str) -> str:
        return str(self.store.create_token(CreateToken(account="acme", dialect=dialect))[1])

    def locked(self) -> AbstractContextManager[Any]:
        """Lock the database against other writers until the block ends."""
        raise NotImplementedError

    def become_read_only(self) -> None:
        raise NotImplementedError

    def lose_contacts(self) -> None:
        """Drop a table. This is not an outage: no statement of ours would do it."""
        with self.store._engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE contact")


class SqlitePlace(Place):
    reason = "database is locked"

    @contextmanager
    def locked(self) -> Iterator[None]:
        # By the same library: two of them in one process do not see each other's locks.
        module = sqlite_module()
        with closing(module.connect(str(self.url.database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.rollback()

    def become_read_only(self) -> None:
        self.store.close()
        with self.store._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")


class PostgresqlPlace(Place):
    reason = "canceling statement due to statement timeout"

    @contextmanager
    def locked(self) -> Iterator[None]:
        with self.other() as other:
            other.execute("LOCK TABLE account, client IN EXCLUSIVE MODE")
            yield
            other.rollback()

    def become_read_only(self) -> None:
        statement = "ALTER DATABASE {} SET default_transaction_read_only = on"
        with self.other() as other:
            other.execute(sql.SQL(statement).format(sql.Identifier(str(self.url.database))))
        self.store.close()

    def other(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url.render_as_string(hide_password=False))


PLACES: dict[str, type[Place]] = {"sqlite": SqlitePlace, "postgresql": PostgresqlPlace}


@pytest.fixture
def place(empty: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setattr(sqlite, "BUSY_MILLISECONDS", int(BUSY_SECONDS * 1000))
    monkeypatch.setattr(postgresql, "STATEMENT_MILLISECONDS", int(BUSY_SECONDS * 1000))
    place = PLACES[make_url(empty).get_backend_name()](empty)
    with place.http:
        yield place
    place.store.close()


def test_a_locked_database_is_unavailable_and_recovers(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    with place.locked(), caplog.at_level(logging.ERROR):
        answers = [
            place.ninja.post("/clients", json={"name": "A"}),
            place.planado.post("/clients", json={"organization": True, "organization_name": "B"}),
        ]

    assert [a.status_code for a in answers] == [503, 503]
    assert [a.headers["retry-after"] for a in answers] == ["1", "1"]
    assert [list(a.json()) for a in answers] == [["message"], ["message"]]
    assert place.reason in caplog.text
    assert place.ninja.created(name="A")["number"] == "0001"


def test_waiting_writers_keep_no_reader_waiting(place: Place) -> None:
    with place.locked(), ThreadPoolExecutor(24) as pool:
        waiting = [pool.submit(place.ninja.post, "/clients", json={}) for _ in range(20)]
        time.sleep(BUSY_SECONDS / 4)
        started = time.perf_counter()
        read = place.ninja.get("/clients")
        took = time.perf_counter() - started
        still_waiting = sum(not done.done() for done in waiting)

    assert read.status_code == 200
    assert still_waiting >= 10
    assert took < BUSY_SECONDS


def test_a_database_that_became_read_only_is_unavailable(place: Place) -> None:
    place.become_read_only()

    assert place.ninja.post("/clients", json={}).status_code == 503
    assert place.ninja.get("/clients").status_code == 200


def test_a_defect_in_a_statement_is_no_outage(place: Place) -> None:
    place.lose_contacts()

    with pytest.raises(DBAPIError):
        place.store.create_client(place.account.id, CreateClient(private_notes="very private"))


def test_what_was_to_be_stored_is_in_no_error(place: Place) -> None:
    place.lose_contacts()

    with pytest.raises(DBAPIError) as error:
        place.store.create_client(place.account.id, CreateClient(private_notes="very private"))

    assert "very private" not in str(error.value)
