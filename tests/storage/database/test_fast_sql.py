"""Fast SQL gives the same results and the same errors as SQLAlchemy."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Select, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from storage.clients.persistence import update_statement
from storage.database.fast_sql import statements
from storage.model.accounts import Account
from storage.model.commands import ImportClient
from storage.model.records import Client
from storage.schema.row_mapping import CLIENT_COLUMNS, CLIENT_FIELDS, client_from_row, client_to_row
from storage.schema.tables import CLIENT, DOCUMENT
from storage.store import Store

MOMENT = datetime(2020, 2, 29, 12, 30, 1, 5, tzinfo=UTC)


def of_account(*columns: object) -> Select[tuple[object, ...]]:
    chosen = select(*columns)  # type: ignore[call-overload]
    return chosen.where(CLIENT.c.account_id == bindparam("account_id")).order_by(CLIENT.c.serial)


EVERYTHING = of_account(*CLIENT_COLUMNS)
FIRST = of_account(CLIENT.c.serial).limit(1)


@pytest.fixture
def connection(store: Store) -> Iterator[Connection]:
    with store._engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@pytest.fixture
def client(store: Store, account: Account) -> Client:
    return store.create_client(account.id, ImportClient(balance=Decimal("1.25"), longitude=8.5))


def another(client: Client, serial: int) -> dict[str, object]:
    return {"serial": serial, "uuid": uuid4(), "number": str(serial), "number_folded": str(serial)}


def test_what_is_found_is_what_sqlalchemy_finds(connection, account, client):
    given = {"account_id": account.id}

    (row,) = statements.fetch_all(connection, EVERYTHING, given)

    assert tuple(row) == tuple(connection.execute(EVERYTHING, given).one())
    assert client_from_row(row, client.contacts, ()) == client
    assert statements.fetch_first(connection, FIRST, given)[0] == client.serial
    assert statements.fetch_first(connection, FIRST, {"account_id": 0}) is None


def test_only_the_columns_that_are_given_are_written(connection, account, client):
    own = {"own_account_id": account.id, "own_serial": client.serial}
    told = {"balance": Decimal("-0.000001"), "archived_at": MOMENT, "last_login": None}

    statements.execute(connection, update_statement(CLIENT), told | own)
    statements.execute(connection, update_statement(CLIENT), {"is_deleted": True} | own)

    row = statements.fetch_first(connection, EVERYTHING, {"account_id": account.id})
    kept = dict(zip(CLIENT_FIELDS, row, strict=True))
    assert {name: kept[name] for name in told} == told
    assert kept["is_deleted"] is True
    assert kept["client_hash"] == client.client_hash


def test_rows_are_inserted_together(connection, account, client):
    row = client_to_row(account.id, client) | {"arrived_at": client.updated_at}
    rows = [row | another(client, serial) for serial in (7, 8)]

    statements.insert_many(connection, CLIENT, rows)
    statements.insert_many(connection, DOCUMENT, [])

    found = statements.fetch_all(
        connection, of_account(CLIENT.c.serial), {"account_id": account.id}
    )
    assert [row[0] for row in found] == [client.serial, 7, 8]


def test_what_an_update_returns_is_told(connection, account, client):
    mine = update(CLIENT).where(CLIENT.c.account_id == bindparam("account"))
    doubled = mine.values(balance=CLIENT.c.balance + CLIENT.c.balance)

    rows = statements.fetch_all(
        connection, doubled.returning(CLIENT.c.balance), {"account": account.id}
    )

    assert [row[0] for row in rows] == [Decimal("2.5")]


def test_a_failure_has_the_name_that_sqlalchemy_gives_it_and_nobodys_values(
    connection, account, client
):
    row = client_to_row(account.id, client) | {
        "private_notes": "nobody's business",
        "arrived_at": client.updated_at,
    }

    with pytest.raises(IntegrityError) as driver, connection.begin_nested():
        statements.execute(connection, insert(CLIENT), row)
    with pytest.raises(IntegrityError) as library, connection.begin_nested():
        connection.execute(insert(CLIENT), row)

    assert "nobody's business" not in str(driver.value)
    assert type(driver.value.orig) is type(library.value.orig)
