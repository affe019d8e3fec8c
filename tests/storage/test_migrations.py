"""A database of an older revision, brought up to date: it holds what a new one would."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

from storage import ChangeClient, ContactDraft, CreateAccount, CreateClient, Store, drafted
from storage.engines import open_engine
from storage.schema import MIGRATIONS, upgrade
from tests.dialects.ninja.shelved import client

TABLES = ["account", "client", "contact"]
INTACT = "INSERT INTO client_search (client_search, rank) VALUES ('integrity-check', 1)"


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'old.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Engine]:
    """A database of today with clients of several accounts, some of whose contacts are gone."""
    engine = open_engine(f"sqlite:///{tmp_path / 'new.db'}")
    upgrade(engine)
    store, random = Store(engine), Random(7)  # noqa: S311
    for name, size in [("few", 3), ("many", 1100), ("none", 0), ("some", 5)]:
        account_id = store.create_account(CreateAccount(name=name)).id
        store.create_clients(account_id, [client(random, n) for n in range(size)] + NAMELESS)
        without_the_primary_contact(store, account_id)
    yield engine
    engine.dispose()


ADA = ContactDraft(first_name="Áda", email="ada@x")
MAIL = ContactDraft(email="ÄRGER@x", is_primary=True)
NAMELESS = [CreateClient(contacts=contacts) for contacts in [(), (MAIL,), (ADA,), (ADA, MAIL)]]


def without_the_primary_contact(store: Store, account_id: int) -> None:
    """A new client whose older contact takes the place of the primary one."""
    made = store.create_client(account_id, NAMELESS[-1])
    left = tuple(drafted(contact) for contact in made.contacts if not contact.is_primary)
    store.change_client(account_id, made.serial, lambda _: ChangeClient(contacts=left))


def upgraded(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def contents(connection: Connection, table: str) -> list[dict[str, Any]]:
    rows = connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1, 2")  # noqa: S608
    return [dict(row) for row in rows.mappings()]


def filled(connection: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    """Rows of today in an older table, without the columns that it does not have."""
    columns = connection.exec_driver_sql(f"SELECT name FROM pragma_table_info('{table}')")  # noqa: S608
    names = list(columns.scalars())
    marks = ", ".join("?" * len(names))
    statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608
    connection.exec_driver_sql(statement, [tuple(row[name] for name in names) for row in rows])


def test_what_is_derived_since_0005_is_there_for_clients_from_before(
    old: Engine, new: Engine
) -> None:
    with new.connect() as connection:
        held = {table: contents(connection, table) for table in TABLES}
    upgraded(old, "0004")
    with old.begin() as connection:
        for table in TABLES:
            filled(connection, table, held[table])
        assert "display_folded" not in contents(connection, "client")[0]

    upgrade(old)

    with old.begin() as connection:
        assert {table: contents(connection, table) for table in TABLES} == held
        connection.exec_driver_sql(INTACT)  # raises for an index that differs
