"""A database of an older revision holds the same as a new database after its upgrade."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from random import Random
from time import time_ns
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, Table, insert, inspect, select
from sqlmodel import SQLModel

from storage.database.engine_factory import open_engine
from storage.database.fast_sql import statements
from storage.indexes import block_counts, new_clients
from storage.migrations.alembic_runner import alembic_config
from storage.migrations.upgrade import upgrade_schema
from storage.model.accounts import Account
from storage.model.commands import (
    ChangeClient,
    ContactDraft,
    CreateAccount,
    CreateClient,
    CreateGroup,
    CreateToken,
    ImportClient,
    draft_of_contact,
)
from storage.model.documents import DocumentDraft
from storage.model.folding import MAX_KEY_LENGTH, fold
from storage.model.records import Origin, State
from storage.store import Store
from tests.dialects.ninja.clients.filter_clients import client
from tests.storage.search_index_refresh import refuse_a_wrong_index
from tests.support.databases import Databases

Row = dict[str, Any]
Tables = dict[str, list[Row]]


def revisions() -> list[str]:
    engine = open_engine("sqlite://")
    with engine.connect() as connection:
        scripts = ScriptDirectory.from_config(alembic_config(connection))
        found = [script.revision for script in scripts.walk_revisions()]
    engine.dispose()
    return found[::-1]


REVISIONS = revisions()
CHANGES_OF_DATA = ["0001", "0002", "0003", "0004", "0005", "0006"]
"""The revisions from which on `write_all_kinds` writes something else."""
MANY = {"0004": 1100}
"""Clients of the largest account: 0005 takes them a thousand at a time."""


@pytest.fixture(scope="module")
def written_rows(databases: Databases) -> Callable[[str], Tables]:
    """A function that returns what today's code writes of the data of a revision."""

    @cache
    def rows_since(change: str) -> Tables:
        with databases.database() as url, opened(url) as engine:
            write_all_kinds(Store(engine), change)
            with engine.connect() as connection:
                return contents(connection)

    # All data of a revision came with one of these at the latest.
    return lambda revision: rows_since(max(one for one in CHANGES_OF_DATA if one <= revision))


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def old(empty: str) -> Iterator[Engine]:
    """An empty database."""
    with opened(empty) as engine:
        yield engine


ADA = ContactDraft(first_name="Áda", email="ada@x")
MAIL = ContactDraft(email="ÄRGER@x", is_primary=True)
LONG = "Ärger " * 800
LENGTHY = ContactDraft(last_name=LONG, email=LONG)
BLANK = ContactDraft(first_name=" ", is_primary=True)
CALLED = [(), (MAIL,), (ADA,), (BLANK, ADA), (BLANK, MAIL), (ADA, MAIL)]
NAMELESS = [CreateClient(contacts=contacts) for contacts in CALLED]
STRANGE = [
    CreateClient(organization_name=LONG, number=LONG, id_number=LONG, contacts=(LENGTHY,)),
    CreateClient(contacts=(LENGTHY,)),
    CreateClient(external_id="x", origins=(Origin(source="ninja", foreign_id="1"),)),
    ImportClient(external_id="gone", is_deleted=True),
]
FILE = DocumentDraft(name="Ä.png", type="png", hash="h", size=2**40, width=1, height=2)


def write_all_kinds(store: Store, revision: str) -> None:
    """Store all kinds of data that a gateway of the revision could store."""
    random = Random(7)  # noqa: S311
    for name, size in [("few", 3), ("many", MANY.get(revision, 20)), ("none", 0), ("some", 5)]:
        account = store.create_account(CreateAccount(name=name))
        shelf = [client(random, n) for n in range(size)]
        store.create_clients(account.id, [*shelf, *NAMELESS, *STRANGE])
        without_the_primary_contact(store, account)
        store.create_token(CreateToken(account=name, dialect="ninja"))
        if revision >= "0002":
            store.create_group(account.id, CreateGroup(name="Gute"))
        if revision >= "0003":
            store.create_client(account.id, CreateClient(documents=(FILE,)))
        if revision >= "0006":
            store.purge_client(account.id, store.create_client(account.id, CreateClient()).serial)


def without_the_primary_contact(store: Store, account: Account) -> None:
    """Create a deleted client without its primary contact, so that an older contact is primary."""
    made = store.create_client(account.id, NAMELESS[-1])
    left = tuple(draft_of_contact(contact) for contact in made.contacts if not contact.is_primary)
    store.change_client(account.id, made.serial, lambda _: ChangeClient(contacts=left))
    store.set_client_state(account.id, made.serial, State.DELETED)


def brought_to(connection: Connection, revision: str) -> None:
    command.upgrade(alembic_config(connection), revision)


def contents(connection: Connection) -> Tables:
    """Return the rows of every table, as the engine returns them."""
    metadata = MetaData()
    metadata.reflect(connection, only=list(SQLModel.metadata.tables))
    return {
        name: [dict(row) for row in connection.execute(select(table).order_by(*key)).mappings()]
        for name, table in metadata.tables.items()
        if (key := tuple(table.primary_key))
    }


def insert_older_rows(connection: Connection, held: Tables, revision: str) -> None:
    """Insert today's rows into older tables, without the columns and tables that these lack."""
    tables = [table.name for table in SQLModel.metadata.sorted_tables]
    for name in filter(inspect(connection).has_table, tables):
        table = Table(name, MetaData(), autoload_with=connection, resolve_fks=False)
        rows = [as_then(name, row, revision) for row in held[name]]
        kept = [{column: row[column] for column in table.c.keys()} for row in rows]  # noqa: SIM118
        if kept:
            connection.execute(insert(table), kept)
    for account_id, lives in lives_of(held["client"]).items():
        if revision >= "0018":
            new_clients.register_new_clients(connection, account_id, lives)
        elif revision == "0017" and connection.dialect.name == "sqlite":
            # 0018 fills the index anew.
            statements.execute_many_text(
                connection, block_counts.ADD_COUNTS, new_clients.block_increments(account_id, lives)
            )


def lives_of(clients: list[Row]) -> dict[int, list[new_clients.Lifecycle]]:
    """Return the lifecycles of clients by account. Before 0017, triggers updated SQLite's own
    tables."""
    lives: dict[int, list[new_clients.Lifecycle]] = {}
    for row in clients:
        life = (row["serial"], row["archived_at"] is not None, bool(row["is_deleted"]))
        lives.setdefault(row["account_id"], []).append(life)
    return lives


def as_then(table: str, row: Row, revision: str) -> Row:
    """Return the row with folded texts as the revision stored them: see 0008 and 0010."""
    if table == "contact" and revision < "0008":
        return row | {"email_folded": fold(row["email"])}
    if table != "client" or revision >= "0010":
        return row
    shown = row["name_folded"] or row["contact_folded"] or row["contact_email_folded"]
    if revision >= "0008":
        return row | {"display_folded": shown[:MAX_KEY_LENGTH]}
    whole = {f"{name}_folded": fold(row[name]) for name in ("number", "id_number")}
    return row | whole | {"display_folded": shown}


def as_upgraded(held: Tables, revision: str) -> Tables:
    """Return today's rows with the arrivals that 0022 gives: the times of change, until now."""
    if revision >= "0022":
        return held
    now = time_ns() // 1000
    tables = dict(held)
    for name, moment in (("client", "updated_at"), ("tombstone", "deleted_at")):
        tables[name] = [row | {"arrived_at": min(row[moment], now)} for row in held[name]]
    tables["account"] = [
        account | {"last_arrival": last_arrival(account, tables)} for account in held["account"]
    ]
    return tables


def last_arrival(account: Row, tables: dict[str, list[Row]]) -> int:
    rows = [*tables["client"], *tables["tombstone"]]
    arrivals = [row["arrived_at"] for row in rows if row["account_id"] == account["id"]]
    return max([0, *arrivals])


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_older_database_becomes_what_todays_code_would_have_written(
    old: Engine, written_rows: Callable[[str], Tables], revision: str
) -> None:
    held = written_rows(revision)
    with old.begin() as connection:
        brought_to(connection, revision)
        insert_older_rows(connection, held, revision)

    with old.begin() as connection:
        upgrade_schema(connection)

    with old.begin() as connection:
        assert contents(connection) == as_upgraded(held, revision)
        assert all(held[table] for table in ("account", "client", "contact", "origin", "token"))
        if connection.dialect.name == "sqlite":
            refuse_a_wrong_index(connection)


def test_long_texts_are_among_what_is_compared(written_rows: Callable[[str], Tables]) -> None:
    rows = written_rows(REVISIONS[-1])["client"]

    long = {len(row["number"]) > 4000 and len(row["number_folded"]) for row in rows}
    assert long == {False, 256}
