"""The store as a whole: accounts, tokens, schema, durability settings, and failures with names."""

import logging
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

from storage import (
    Account,
    ClientQuery,
    Conflict,
    CreateAccount,
    CreateClient,
    CreateToken,
    Invalid,
    NotFound,
    Secret,
    Store,
    Unavailable,
)
from storage.engines import open_engine
from storage.schema import comparison, upgrade


def test_migrations_lead_to_the_schema_that_the_tables_declare() -> None:
    engine = open_engine("sqlite://")
    upgrade(engine)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=comparison(connection))
        assert compare_metadata(context, SQLModel.metadata) == []
    engine.dispose()


def test_a_second_opening_finds_everything(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    first = Store.open(url)
    account = first.create_account(CreateAccount(name="acme"))
    made = first.create_client(account.id, CreateClient(organization_name="Acme"))
    first.close()

    second = Store.open(url)

    assert second.client(account.id, made.serial) == made
    second.close()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10_000)],
)
def test_a_database_file_is_opened_for_durability(
    tmp_path: Path, pragma: str, value: object
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")

    with engine.connect() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
    engine.dispose()


def test_the_sqlite_in_use_has_no_wal_reset_bug() -> None:
    engine = open_engine("sqlite://")

    with engine.connect() as connection:
        version = connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
    engine.dispose()

    assert tuple(map(int, version.split("."))) > (3, 51, 2)


@pytest.mark.parametrize("url", ["nonsense", "", "mysql://x/y", "postgresql://x/y"])
def test_a_url_without_an_engine_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        Store.open(url)


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("dear diary, " * 100)

    with pytest.raises(Unavailable):
        Store.open(f"sqlite:///{path}")


def test_a_schema_from_the_future_is_unavailable(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    Store.open(url).close()
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()

    with pytest.raises(Unavailable, match="newer"):
        Store.open(url)


def test_account_names_are_unique(store: Store, account: Account) -> None:
    with pytest.raises(Conflict):
        store.create_account(CreateAccount(name=account.name))

    assert store.account(account.name) == account


def test_a_token_opens_its_account_in_its_dialect_until_it_is_revoked(
    store: Store, account: Account
) -> None:
    made, token = store.create_token(CreateToken(account="acme", dialect="ninja"))

    opened = store.access("ninja", str(token))
    other = store.access("planado", str(token))
    store.revoke_token(made.id)

    assert opened is not None
    assert (opened.account, opened.is_read_only) == (account, False)
    assert other is None
    assert store.access("ninja", str(token)) is None


def test_a_token_is_64_alphanumerics_and_never_shows_itself(
    store: Store, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        made, token = store.create_token(CreateToken(account=account.name, dialect="ninja"))

    assert len(token) == 64
    assert token.isalnum()
    assert isinstance(token, Secret)
    assert str(token) not in f"{made!r} {token!r} {store.tokens()!r} {caplog.text}"


def test_the_database_file_never_holds_a_token(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'a.db'}")
    store.create_account(CreateAccount(name="acme"))
    _, token = store.create_token(CreateToken(account="acme", dialect="ninja"))
    store.close()

    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert str(token).encode() not in held


def test_unknown_accounts_and_tokens_are_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        store.create_token(CreateToken(account="nobody", dialect="ninja"))
    with pytest.raises(NotFound):
        store.revoke_token(7)
    with pytest.raises(NotFound):
        store.create_client(7, CreateClient())


PLANS = {
    "newest": (
        "SELECT * FROM client WHERE account_id = 1 AND is_deleted IS 0 "
        "ORDER BY created_at DESC, serial DESC LIMIT 20",
        "ix_client_newest",
    ),
    "external id": (
        "SELECT * FROM client WHERE account_id = 1 AND is_deleted IS 0 AND external_id = 'x'",
        "uq_client_external_id",
    ),
    "name": (
        "SELECT * FROM client WHERE account_id = 1 ORDER BY display_folded, serial LIMIT 20",
        "ix_client_display",
    ),
    "number": (
        "SELECT * FROM client WHERE account_id = 1 AND number_folded = 'x'",
        "uq_client_number",
    ),
    "contacts": (
        "SELECT * FROM contact WHERE account_id = 1 AND client_serial IN (1, 2)",
        "ix_contact_client",
    ),
}


@pytest.mark.parametrize(("statement", "index"), PLANS.values(), ids=PLANS)
def test_the_frequent_questions_are_answered_from_an_index(
    tmp_path: Path, statement: str, index: str
) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    store = Store.open(url)
    account = store.create_account(CreateAccount(name="acme"))
    store.create_clients(account.id, [CreateClient() for _ in range(50)])
    assert store.clients(account.id, ClientQuery()).total == 50
    store.close()
    engine = open_engine(url)

    with engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}").all()
    engine.dispose()

    assert index in str(plan)
