"""Finds, lists, inserts and changes accounts in a transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from storage.database.conditions import in_values
from storage.model.accounts import Account
from storage.model.commands import CreateAccount
from storage.model.errors import Conflict, Invalid, NotFound, Problem
from storage.model.generators import Generators
from storage.model.limits import MAX_NAME_LENGTH
from storage.model.moments import EPOCH
from storage.model.records import Secret
from storage.rules.validation import refuse_unstorable
from storage.schema.account_tables import ACCOUNT
from storage.schema.row_mapping import ACCOUNT_COLUMNS, account_from_row


def get_account(connection: Connection, name: str) -> Account:
    """Return the account with a name. Raises NotFound."""
    row = connection.execute(select_accounts().where(in_values(ACCOUNT.c.name, [name]))).first()
    if row is None:
        raise NotFound("account")
    return account_from_row(row)


def list_accounts(connection: Connection) -> tuple[Account, ...]:
    """Return all accounts in the order of their ids."""
    return tuple(map(account_from_row, connection.execute(select_accounts())))


def find_password_hash(connection: Connection, account_id: int) -> str | None:
    """Return the hash of an account's API password, or None if it has no password."""
    statement = select(ACCOUNT.c.password_hash).where(ACCOUNT.c.id == account_id)
    password_hash: str | None = connection.execute(statement).scalar_one_or_none()
    return password_hash


def save_password(connection: Connection, name: str, password_hash: Secret) -> Account:
    """Set the hash of an account's API password and return the account. Raises NotFound."""
    account = get_account(connection, name)
    own_row = ACCOUNT.c.id == account.id
    connection.execute(update(ACCOUNT).where(own_row).values(password_hash=str(password_hash)))
    return account


def select_accounts() -> Select[Any]:
    return select(*ACCOUNT_COLUMNS).order_by(ACCOUNT.c.id)


def freeze_writes(
    connection: Connection, account_id: int, dialect: str, until: datetime | None
) -> None:
    """Let the tokens of a dialect not write until a moment; None lets them write at once."""
    values = {"frozen_dialect": dialect if until else "", "frozen_until": until}
    connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account_id).values(values))


def insert_account(
    connection: Connection, command: CreateAccount, generators: Generators
) -> Account:
    """Insert an account and return it.

    Raises Conflict if another account has this name. Raises Invalid for a name that is too long.
    """
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
        "last_arrival": EPOCH,
    }
    connection.execute(insert(ACCOUNT).values(values))
    return get_account(connection, command.name)
