"""Translations of an account to what the original shows of a company. Pure.

An account knows little of what a company has. All else is as in a company that the original has
just made: `fresh_company.json` has its values, in the order of the original.
"""

from hashlib import sha256
from importlib.resources import files

import msgspec
from msgspec import Struct

from storage import Account, Token

from ..clients.translate import Caller
from ..protocol.scalars import write_moment
from ..reference.tables import Row

HIDDEN_TOKEN = "x" * 21
"""The length at which the original shows a token. It also shows how the token begins."""


class FreshCompany(Struct, frozen=True):
    """A company of the original that has just been made, and the rows that it has from then on."""

    company: Row
    user: Row
    token: Row
    payment_terms: list[Row]
    task_statuses: list[Row]


FRESH = msgspec.json.decode(
    files(__package__).joinpath("fresh_company.json").read_bytes(), type=FreshCompany
)


def company(caller: Caller) -> Row:
    """Return the account as a company. Its settings have the account's name and its defaults."""
    account = caller.account
    settings = {
        "name": account.name,
        "country_id": str(account.country_id),
        "currency_id": str(account.currency_id),
    }
    own_values = {
        "id": caller.id_codec.encode(account.id),
        "company_key": company_key(account),
        "portal_domain": caller.url,
        "settings": FRESH.company["settings"] | settings,
    }
    return FRESH.company | own_values | moments_of(account)


def company_key(account: Account) -> str:
    """Return a text of 32 characters that only this account has. It opens nothing."""
    text = f"{account.id} {account.created_at} {account.hash_salt}"
    digest = sha256(text.encode()).hexdigest()
    return digest[:32]


def user(caller: Caller) -> Row:
    """Return the owner of the account as a user. It has the account's name and no e-mail."""
    account = caller.account
    own_values = {"id": caller.id_codec.encode(account.owner_serial), "first_name": account.name}
    return FRESH.user | own_values | moments_of(account)


def token(record: Token, caller: Caller) -> Row:
    """Return a token without its secret text, which the store does not have."""
    write = caller.id_codec.encode
    moment = write_moment(record.created_at)
    return FRESH.token | {
        "id": write(record.id),
        "user_id": write(caller.account.owner_serial),
        "token": HIDDEN_TOKEN,
        "name": record.label,
        "created_at": moment,
        "updated_at": moment,
    }


def payment_terms(caller: Caller) -> list[Row]:
    """Return the payment terms that every company begins with."""
    return [first_row(n, row, caller) for n, row in enumerate(FRESH.payment_terms, start=1)]


def task_statuses(caller: Caller) -> list[Row]:
    """Return the statuses of tasks that every company begins with."""
    return [first_row(n, row, caller) for n, row in enumerate(FRESH.task_statuses, start=1)]


def first_row(number: int, row: Row, caller: Caller) -> Row:
    return row | {"id": caller.id_codec.encode(number)} | moments_of(caller.account)


def moments_of(account: Account) -> dict[str, int]:
    """Return when a row was made and changed: with the account."""
    moment = write_moment(account.created_at)
    return {"created_at": moment, "updated_at": moment}
