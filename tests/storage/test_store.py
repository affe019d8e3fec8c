"""The store as a whole: accounts, tokens, secrets, and the indexes that its queries use."""

import logging
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

from storage.model.accounts import Account
from storage.model.commands import CreateAccount, CreateClient, CreateToken
from storage.model.errors import Conflict, NotFound
from storage.model.records import Secret
from storage.store import Store


def test_account_names_are_unique(store: Store, account: Account) -> None:
    with pytest.raises(Conflict):
        store.create_account(CreateAccount(name=account.name))

    assert store.get_account(account.name) == account


def test_a_token_opens_its_account_in_its_dialect_until_it_is_revoked(
    store: Store, account: Account
) -> None:
    made, token = store.create_token(CreateToken(account="acme", dialect="ninja"))

    opened = store.find_access("ninja", str(token))
    other = store.find_access("planado", str(token))
    store.revoke_token(made.id)

    assert opened is not None
    assert (opened.account, opened.is_read_only) == (account, False)
    assert other is None
    assert store.find_access("ninja", str(token)) is None


def test_a_token_is_64_alphanumerics_and_never_shows_itself(
    store: Store, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        made, token = store.create_token(CreateToken(account=account.name, dialect="ninja"))

    assert len(token) == 64
    assert token.isalnum()
    assert isinstance(token, Secret)
    assert str(token) not in f"{made!r} {token!r} {store.list_tokens()!r} {caplog.text}"


def test_the_sqlite_file_never_holds_a_token(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'a.db'}")
    store.create_account(CreateAccount(name="acme"))
    _, token = store.create_token(CreateToken(account="acme", dialect="ninja"))
    store.close()

    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert str(token).encode() not in held


def test_no_table_ever_holds_a_token(store: Store, account: Account) -> None:
    _, token = store.create_token(CreateToken(account="acme", dialect="ninja"))

    with store._engine.connect() as connection:
        tables = SQLModel.metadata.sorted_tables
        held = [connection.execute(select(table)).all() for table in tables]

    assert "acme" in str(held)
    assert str(token) not in str(held)


def test_unknown_accounts_and_tokens_are_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        store.create_token(CreateToken(account="nobody", dialect="ninja"))
    with pytest.raises(NotFound):
        store.revoke_token(7)
    with pytest.raises(NotFound):
        store.create_client(7, CreateClient())


PLANS = {
    "newest": (
        "SELECT * FROM client WHERE account_id = 1 AND is_deleted IS {no} "
        "ORDER BY created_at DESC, serial DESC LIMIT 20",
        "ix_client_newest",
    ),
    "external id": (
        "SELECT * FROM client WHERE account_id = 1 AND is_deleted IS {no} AND external_id = 'x'",
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
    "e-mail": (
        "SELECT * FROM contact WHERE account_id = 1 AND email_folded = 'x'",
        "ix_contact_email",
    ),
    "contacts": (
        "SELECT * FROM contact WHERE account_id = 1 AND client_serial IN (1, 2)",
        "ix_contact_client",
    ),
}
EXPLAINED = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}
NO = {"sqlite": "0", "postgresql": "false"}


@pytest.mark.parametrize(("statement", "index"), PLANS.values(), ids=PLANS)
def test_the_frequent_questions_are_answered_from_an_index(
    store: Store, account: Account, statement: str, index: str
) -> None:
    store.create_clients(account.id, [CreateClient() for _ in range(50)])

    with store._engine.connect() as connection:
        engine = connection.dialect.name
        if engine == "postgresql":
            # It would rather read a table of so few rows, or know nothing of them.
            connection.exec_driver_sql("ANALYZE")
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        question = f"{EXPLAINED[engine]} {statement.format(no=NO[engine])}"
        plan = connection.exec_driver_sql(question).all()

    assert index in str(plan)
