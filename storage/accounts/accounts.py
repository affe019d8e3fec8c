"""Accounts and API tokens in a transaction. A token is stored as its digest, never as itself."""

from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from storage.database.conditions import in_values
from storage.model.accounts import Account
from storage.model.commands import CreateAccount
from storage.model.errors import Conflict, Invalid, NotFound, Problem
from storage.model.generators import Generators
from storage.model.limits import MAX_NAME_LENGTH
from storage.model.records import Secret
from storage.rules.validation import refuse_unstorable
from storage.schema.account_tables import ACCOUNT
from storage.schema.row_mapping import ACCOUNT_COLUMNS, account_from_row


def find_account(connection: Connection, name: str) -> Account:
    return fetch_account(connection, select_accounts().where(in_values(ACCOUNT.c.name, [name])))


def list_accounts(connection: Connection) -> tuple[Account, ...]:
    return tuple(map(account_from_row, connection.execute(select_accounts())))


def find_password_hash(connection: Connection, account_id: int) -> str | None:
    statement = select(ACCOUNT.c.password_hash).where(ACCOUNT.c.id == account_id)
    hashed: str | None = connection.execute(statement).scalar_one_or_none()
    return hashed


def save_password(connection: Connection, name: str, hashed: Secret) -> Account:
    account = find_account(connection, name)
    mine = ACCOUNT.c.id == account.id
    connection.execute(update(ACCOUNT).where(mine).values(password_hash=str(hashed)))
    return account


def select_accounts() -> Select[Any]:
    return select(*ACCOUNT_COLUMNS).order_by(ACCOUNT.c.id)


def fetch_account(connection: Connection, statement: Select[Any]) -> Account:
    row = connection.execute(statement).first()
    if row is None:
        raise NotFound("account")
    return account_from_row(row)


def insert_account(
    connection: Connection, command: CreateAccount, generators: Generators
) -> Account:
    refuse_unstorable(command)
    if len(command.name) > MAX_NAME_LENGTH:
        raise Invalid(Problem(("name",), "is too long"))
    if connection.execute(select_accounts().where(ACCOUNT.c.name == command.name)).first():
        raise Conflict("account", ("name",))
    values = {
        "name": command.name,
        "hash_salt": command.hash_salt,
        "country_id": command.country_id,
        "currency_id": command.currency_id,
        "owner_serial": 1,
        "number_counter": 1,
        "number_padding": 4,
        "next_client_serial": 1,
        "next_contact_serial": 1,
        "created_at": generators.clock(),
    }
    connection.execute(insert(ACCOUNT).values(values))
    return find_account(connection, command.name)
