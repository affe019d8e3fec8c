"""SQLite's trigram index: filled, kept up to date, used, and not part of the declared schema."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DatabaseError
from sqlmodel import SQLModel

from storage.clients import persistence
from storage.clients.filters import ClientFilter
from storage.clients.statements import select_count, select_page
from storage.database.engine_factory import open_engine
from storage.indexes.trigram_search import MIN_BATCH
from storage.migrations.upgrade import autogenerate_options, upgrade_schema
from storage.model.commands import ChangeClient, ContactDraft, CreateAccount, CreateClient
from storage.model.queries import ClientColumn, ClientQuery, Contains, SortKey, TextColumn
from storage.model.records import LIVE_STATES
from storage.store import Store
from tests.storage.search_index_refresh import INTACT, migration, refuse_a_wrong_index


@pytest.fixture
def path(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'a.db'}"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = open_engine("sqlite://")
    with engine.begin() as connection:
        upgrade_schema(connection)
    yield engine
    engine.dispose()


def find_serials_by_text(store: Store, account_id: int, text: str) -> set[int]:
    page = store.list_clients(account_id, ClientQuery(text=text, limit=1000))
    return {record.serial for record in page.records}


def test_the_index_holds_what_the_clients_hold(engine: Engine) -> None:
    store = Store(engine)
    account_id = store.create_account(CreateAccount(name="acme")).id
    made = store.create_client(account_id, CreateClient(organization_name="Needle"))
    store.change_client(account_id, made.serial, lambda _: ChangeClient(custom_value1="Hay"))

    with engine.begin() as connection:
        refuse_a_wrong_index(connection)


@pytest.mark.parametrize(
    ("term", "by_filter", "by_name"),
    [
        ("größe", {1, 2}, {1}),
        ("ada lovelace", {1}, {1}),
        ("gmbh\nx-77", set(), set()),
        ("gmbhx-77", set(), set()),
        ("x-77", {1}, set()),
        ("ada@größe", {2}, set()),
        ("\u0301\u0301\u0301", {3}, {3}),
    ],
)
def test_a_name_is_a_part_of_the_searched_text_and_is_found_by_both(
    path: str, term: str, by_filter: set[int], by_name: set[int]
) -> None:
    store = Store.open(path)
    account_id = store.create_account(CreateAccount(name="acme")).id
    store.create_clients(
        account_id,
        [
            CreateClient(organization_name="Ada Lovelace GRÖSSE Größe GmbH", id_number="X-77"),
            CreateClient(contacts=(ContactDraft(email="ADA@größe.example"),)),
            CreateClient(organization_name="\u0301\u0301\u0301", custom_value1="b"),
        ],
    )
    for _ in range(2):
        by_names = store.list_clients(account_id, ClientQuery(name=term))
        assert find_serials_by_text(store, account_id, term) == by_filter
        assert {record.serial for record in by_names.records} == by_name
        assert by_names.total == len(by_name)
        with store._engine.begin() as connection:
            refuse_a_wrong_index(connection)
    store.close()


def test_the_index_is_right_whatever_it_has_learned_and_forgotten(path: str) -> None:
    store = Store.open(path)
    account_id = store.create_account(CreateAccount(name="acme")).id
    chance = Random(7)  # noqa: S311  turns, not secrets
    serials: list[int] = []
    for turn in range(150):
        name = f"Needle {turn} {chance.choice(('of hay', 'of pine'))}"
        match chance.choice(("one", "one", "many", "renamed", "renamed", "purged")):
            case "one":
                made = [store.create_client(account_id, CreateClient(organization_name=name))]
                serials += [client.serial for client in made]
            case "many" if turn % 3 == 0:
                many = [CreateClient(organization_name=name)] * MIN_BATCH
                serials += [client.serial for client in store.create_clients(account_id, many)]
            case "purged" if serials:
                store.purge_client(account_id, serials.pop(chance.randrange(len(serials))))
            case _ if serials:
                rename = ChangeClient(organization_name=name)
                store.change_client(account_id, chance.choice(serials), lambda _, r=rename: r)

    here = {client.serial: client.name for client in store.scan_clients(account_id)}
    for text in ("Needle 1", "of hay", "of pine"):
        assert find_serials_by_text(store, account_id, text) == {
            n for n, name in here.items() if text in name
        }
    with store._engine.begin() as connection:
        refuse_a_wrong_index(connection)
    assert find_serials_by_text(store, account_id, "Needle") == set(here)
    store.close()


def test_clients_that_come_back_while_their_going_is_due_are_learned_once(path: str) -> None:
    store = Store.open(path)
    account_id = store.create_account(CreateAccount(name="acme")).id
    names = [CreateClient(organization_name=f"Needle {n}") for n in range(MIN_BATCH)]
    gone = store.create_clients(account_id, names)
    for client in gone:
        store.purge_client(account_id, client.serial)

    store._write(persistence.insert_clients, account_id, gone, gone[0].updated_at)

    assert find_serials_by_text(store, account_id, "needle") == {client.serial for client in gone}
    with store._engine.begin() as connection:
        refuse_a_wrong_index(connection)
    assert find_serials_by_text(store, account_id, "needle") == {client.serial for client in gone}
    store.close()


def test_few_changes_are_due_and_many_are_learned(path: str) -> None:
    store = Store.open(path)
    account_id = store.create_account(CreateAccount(name="acme")).id
    due = []
    with store._engine.connect() as connection:
        for _ in range(65):
            store.create_client(account_id, CreateClient(organization_name="Needle"))
            count = "SELECT count(*) FROM client_search_due"
            due.append(connection.exec_driver_sql(count).scalar_one())
            connection.rollback()

    assert due == [*range(1, 64), 0, 1]
    assert len(find_serials_by_text(store, account_id, "needle")) == 65
    store.close()


def test_clients_from_before_the_index_are_in_it(path: str) -> None:
    store = Store.open(path)
    account_id = store.create_account(CreateAccount(name="acme")).id
    made = store.create_clients(
        account_id,
        [
            CreateClient(organization_name="Needle"),
            CreateClient(contacts=(ContactDraft(email="needle@hay.example"),)),
            CreateClient(custom_value1="a needle"),
            CreateClient(organization_name="Größe", custom_value2="NEEDLE"),
        ],
    )
    engine = open_engine(path)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO client_search (client_search) VALUES ('delete-all')"
        )
        connection.exec_driver_sql("DELETE FROM client_search_due")
        with pytest.raises(DatabaseError):
            connection.exec_driver_sql(INTACT)

    with engine.begin() as connection:
        with Operations.context(MigrationContext.configure(connection)):
            migration("0018").upgrade()
        refuse_a_wrong_index(connection)
    engine.dispose()

    assert find_serials_by_text(store, account_id, "needle") == {client.serial for client in made}
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

    assert find_serials_by_text(store, account_id, "needle") == set(range(51, 101))
    assert find_serials_by_text(store, account_id, "needle 7") == set(range(71, 81))
    store.close()


CUSTOM = [c for c in TextColumn if c is not TextColumn.VAT_NUMBER]
PLANNED: list[dict[str, Any]] = [
    {},
    {"name": "edl"},
    {"first_serial": 3},
    {"states": LIVE_STATES},
    {"sort_keys": (SortKey(column=ClientColumn.SERIAL, is_descending=True),)},
    {"email": "a@b"},
    *({"sort_keys": (SortKey(column=column),)} for column in ClientColumn),
    *({"text": None, "contains": (Contains(column=c, text="needle"),)} for c in CUSTOM),
]


@pytest.mark.parametrize("build", [select_count, select_page])
@pytest.mark.parametrize("more", PLANNED, ids=[str(number) for number in range(len(PLANNED))])
def test_the_index_comes_first_whatever_else_is_asked(
    engine: Engine, build: Any, more: Any
) -> None:
    statement = build(ClientFilter(1, ClientQuery(**({"text": "needle"} | more))))
    compiled = statement.compile(engine, compile_kwargs={"render_postcompile": True})
    values = tuple(compiled.params[name] for name in compiled.positiontup)

    with engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values).all()

    plan = str([row[3] for row in rows])
    assert "SEARCH client USING" in plan
    assert "(account_id=? AND serial=?)" in plan
    assert "SCAN client_search VIRTUAL TABLE" in plan


def test_postgresql_is_not_asked_for_the_index_of_sqlite() -> None:
    query = ClientQuery(text="needle", name="edl", first_serial=3)
    statement = select_count(ClientFilter(1, query))

    text = str(statement.compile(dialect=postgresql.dialect()))

    assert "client_search" not in text
    assert " LIKE " in text
    assert "client.account_id = " in text


def test_only_the_inside_of_the_index_is_left_out_of_the_comparison(path: str) -> None:
    Store.open(path).close()
    engine = open_engine(path)

    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE client_search_extra (id INTEGER)")
        context = MigrationContext.configure(connection, opts=autogenerate_options(connection))
        differences = compare_metadata(context, SQLModel.metadata)
    engine.dispose()

    assert [(kind, table.name) for kind, table in differences] == [
        ("remove_table", "client_search_extra")
    ]
