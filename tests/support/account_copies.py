"""Copies of whole accounts, made by SQL: cheaper than to let the same things happen again."""

from itertools import count

from sqlalchemy import Connection, TextClause, text

from storage.indexes.new_clients import register_new_clients
from storage.model.accounts import Account
from storage.schema.tables import ACCOUNT, RUN, RUN_LINE, TOKEN
from storage.store import Store

NUMBERS = count(1)
LEFT_OUT = (ACCOUNT, TOKEN, RUN_LINE)
"""The account has a name of its own, and each token is of one account."""


def copy_account(store: Store, account: Account) -> Account:
    """Copy an account with all that belongs to it, but for its tokens and the lines of its runs."""
    name = f"{account.name} copy {next(NUMBERS)}"
    store._write(copy_rows, account, name)
    return store.get_account(name)


def copy_rows(connection: Connection, account: Account, name: str) -> None:
    given = {"old": account.id, "name": name}
    connection.execute(COPY_ACCOUNT, given)
    new = connection.execute(SELECT_ID, given).scalar_one()
    for statement in COPIES:
        connection.execute(statement, {"old": account.id, "new": new})
    lives = connection.execute(SELECT_LIVES, {"new": new}).all()
    # Without it the search index would be told to forget texts that it has never had.
    register_new_clients(connection, new, [(n, bool(a), bool(d)) for n, a, d in lives])


def copy_of(table: str, columns: list[str], replaced: str, given: str, order: str) -> TextClause:
    """Return the statement that copies rows of an account, with another value in one column."""
    quoted = [f'"{column}"' for column in columns]
    values = [given if column == replaced else f'"{column}"' for column in columns]
    key = "id" if table == "account" else "account_id"
    return text(
        f'INSERT INTO "{table}" ({", ".join(quoted)}) SELECT {", ".join(values)}'  # noqa: S608
        f' FROM "{table}" WHERE {key} = :old{order}'
    )


ACCOUNT_COLUMNS = [column.name for column in ACCOUNT.c if column.name != "id"]
COPY_ACCOUNT = copy_of("account", ACCOUNT_COLUMNS, "name", ":name", "")
SELECT_ID = text("SELECT id FROM account WHERE name = :name")
SELECT_LIVES = text(
    "SELECT serial, archived_at IS NOT NULL, is_deleted FROM client WHERE account_id = :new"
)
COPIES = [
    copy_of(
        table.name,
        # A key that the engine gives is given again, in the same order.
        [column.name for column in table.c if column.name != "id"],
        "account_id",
        ":new",
        ' ORDER BY "id"' if "id" in table.c else "",
    )
    for table in RUN.metadata.sorted_tables
    if "account_id" in table.c and table not in LEFT_OUT
]
