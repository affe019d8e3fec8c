"""SQLite's index behind the search: filled, kept, used, and no part of the declared schema."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel

from storage import (
    LIVE,
    ChangeClient,
    ClientQuery,
    CreateAccount,
    CreateClient,
    Holding,
    Order,
    Sorting,
    Store,
    TextColumn,
)
from storage.engines import open_engine
from storage.schema import MIGRATIONS, comparison, upgraded
from storage.select import counted, window

INTACT = "INSERT INTO client_search (client_search, rank) VALUES ('integrity-check', 1)"


PARTS = [
    "TRIGGER client_search_insert",
    "TRIGGER client_search_update",
    "TRIGGER client_search_delete",
    "TABLE client_search",
    "VIEW client_search_source",
]


@pytest.fixture
def path(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'a.db'}"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = open_engine("sqlite://")
    with engine.begin() as connection:
        upgraded(connection)
    yield engine
    engine.dispose()


def migration() -> Any:
    """The module of the migration that makes the index."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config).get_revision("0004").module


def found(store: Store, account_id: int, text: str) -> set[int]:
    page = store.clients(account_id, ClientQuery(text=text, limit=1000))
    return {record.serial for record in page.records}


def test_the_index_holds_what_the_clients_hold(engine: Engine) -> None:
    store = Store(engine)
    account_id = store.create_account(CreateAccount(name="acme")).id
    made = store.create_client(account_id, CreateClient(organization_name="Needle"))
    store.change_client(account_id, made.serial, lambda _: ChangeClient(custom_value1="Hay"))

    with engine.connect() as connection:
        connection.exec_driver_sql(INTACT)  # raises for an index that differs


def test_clients_from_before_the_index_are_in_it(path: str) -> None:
    store = Store.open(path)
    account_id = store.create_account(CreateAccount(name="acme")).id
    engine = open_engine(path)
    with engine.begin() as connection:
        for part in PARTS:
            connection.exec_driver_sql(f"DROP {part}")
    made = store.create_client(account_id, CreateClient(organization_name="Needle"))

    with engine.begin() as connection:
        with Operations.context(MigrationContext.configure(connection)):
            migration().upgrade()
        connection.exec_driver_sql(INTACT)
    engine.dispose()

    assert found(store, account_id, "needle") == {made.serial}
    store.close()


def test_a_vacuum_and_gaps_change_no_answer(path: str) -> None:
    store = Store.open(path)
    account_id = store.create_account(CreateAccount(name="acme")).id
    names = [f"Needle {n}" for n in range(100)]
    store.create_clients(account_id, [CreateClient(organization_name=name) for name in names])
    engine = open_engine(path)

    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM contact WHERE client_serial <= 50")
        connection.exec_driver_sql("DELETE FROM client WHERE serial <= 50")
    raw = engine.raw_connection()
    raw.cursor().execute("VACUUM")
    raw.close()
    engine.dispose()

    assert found(store, account_id, "needle") == set(range(51, 101))
    assert found(store, account_id, "needle 7") == set(range(71, 81))
    store.close()


CUSTOM = [c for c in TextColumn if c is not TextColumn.VAT_NUMBER]
PLANNED: list[dict[str, Any]] = [
    {},
    {"name": "edl"},
    {"first": 3},
    {"states": LIVE},
    {"sorting": (Sorting(order=Order.SERIAL, is_descending=True),)},
    {"email": "a@b"},
    *({"sorting": (Sorting(order=order),)} for order in Order),
    *({"text": None, "holding": (Holding(column=c, text="needle"),)} for c in CUSTOM),
]


@pytest.mark.parametrize("build", [counted, window])
@pytest.mark.parametrize("more", PLANNED, ids=[str(number) for number in range(len(PLANNED))])
def test_the_index_comes_first_whatever_else_is_asked(
    engine: Engine, build: Any, more: Any
) -> None:
    statement = build(1, ClientQuery(**({"text": "needle"} | more)))
    compiled = statement.compile(engine, compile_kwargs={"render_postcompile": True})
    values = tuple(compiled.params[name] for name in compiled.positiontup)

    with engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values).all()

    plan = str([row[3] for row in rows])
    assert "SEARCH client USING" in plan
    assert "(account_id=? AND serial=?)" in plan
    assert "SCAN client_search VIRTUAL TABLE" in plan


def test_postgresql_is_not_asked_for_the_index_of_sqlite() -> None:
    statement = counted(1, ClientQuery(text="needle", name="edl", first=3))

    text = str(statement.compile(dialect=postgresql.dialect()))

    assert "client_search" not in text
    assert " LIKE " in text
    assert "client.account_id = " in text


def test_only_the_inside_of_the_index_is_left_out_of_the_comparison(path: str) -> None:
    Store.open(path).close()
    engine = open_engine(path)

    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE client_search_extra (id INTEGER)")
        context = MigrationContext.configure(connection, opts=comparison(connection))
        differences = compare_metadata(context, SQLModel.metadata)
    engine.dispose()

    assert [(kind, table.name) for kind, table in differences] == [
        ("remove_table", "client_search_extra")
    ]
