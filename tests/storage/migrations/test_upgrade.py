"""Opening a database upgrades its schema, once, by the first process that opens it."""

from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine
from sqlmodel import SQLModel

from storage.database.engine_factory import open_engine
from storage.migrations.upgrade import autogenerate_options
from storage.model.commands import CreateAccount, CreateClient
from storage.model.errors import Invalid, Unavailable
from storage.store import Store

PROCESSES = 4


def executed(url: str, statement: str) -> list[tuple[object, ...]]:
    engine = open_engine(url)
    with engine.begin() as connection:
        found = connection.exec_driver_sql(statement)
        rows = [tuple(row) for row in found] if found.returns_rows else []
    engine.dispose()
    return rows


def find_schema_differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=autogenerate_options(connection))
        return list(compare_metadata(context, SQLModel.metadata))


def test_migrations_lead_to_the_schema_that_the_tables_declare(empty: str) -> None:
    Store.open(empty).close()
    engine = open_engine(empty)

    assert find_schema_differences(engine) == []
    engine.dispose()


def test_a_column_that_is_narrower_than_declared_is_seen_as_a_difference(empty: str) -> None:
    Store.open(empty).close()
    executed(empty, "ALTER TABLE client DROP COLUMN routing_id")
    executed(empty, "DROP INDEX ix_contact_email")
    engine = open_engine(empty)

    assert len(find_schema_differences(engine)) == 2
    engine.dispose()


def test_a_second_opening_finds_everything(empty: str) -> None:
    first = Store.open(empty)
    account = first.create_account(CreateAccount(name="acme"))
    made = first.create_client(account.id, CreateClient(organization_name="Acme"))
    first.close()

    second = Store.open(empty)

    assert second.get_client(account.id, made.serial) == made
    second.close()


def open_with_others(url: str, name: str, together: Barrier) -> None:
    together.wait(60)
    store = Store.open(url)
    store.create_account(CreateAccount(name=name))
    store.close()


def test_of_several_processes_one_migrates_and_all_go_on(empty: str) -> None:
    context = get_context("spawn")
    together = context.Barrier(PROCESSES)
    processes = [
        context.Process(target=open_with_others, args=(empty, f"account {n}", together))
        for n in range(PROCESSES)
    ]

    for process in processes:
        process.start()
    for process in processes:
        process.join(120)

    assert [process.exitcode for process in processes] == [0] * PROCESSES
    store = Store.open(empty)
    assert len(store.list_accounts()) == PROCESSES
    assert len(executed(empty, "SELECT * FROM alembic_version")) == 1
    store.close()


def test_a_schema_from_the_future_is_unavailable(empty: str) -> None:
    Store.open(empty).close()
    executed(empty, "UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(Unavailable, match="newer"):
        Store.open(empty)


@pytest.mark.parametrize("url", ["nonsense", "", "mysql://x/y", "postgresql+asyncpg://x/y"])
def test_a_url_without_an_engine_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        Store.open(url)


def test_a_file_that_is_no_sqlite_database_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("dear diary, " * 100)

    with pytest.raises(Unavailable):
        Store.open(f"sqlite:///{path}")


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10_000)],
)
def test_an_sqlite_file_is_opened_for_durability(
    tmp_path: Path, pragma: str, value: object
) -> None:
    assert executed(f"sqlite:///{tmp_path / 'a.db'}", f"PRAGMA {pragma}") == [(value,)]


def test_the_sqlite_in_use_has_no_wal_reset_bug() -> None:
    ((version,),) = executed("sqlite://", "SELECT sqlite_version()")

    assert tuple(map(int, str(version).split("."))) > (3, 51, 2)
