"""Accounts and API tokens in a transaction. A token is stored as its digest, never as itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Select, bindparam, insert, or_, select, update

from . import driven
from .among import is_one_of
from .apply import Serials
from .commands import CreateAccount, CreateToken
from .errors import Conflict, Invalid, NotFound, Problem
from .holders import Access, Account, Token
from .limits import LONGEST_NAME, refuse_unstorable
from .makers import Makers
from .numbers import Counter
from .records import Secret
from .rows import ACCOUNT_COLUMNS, account_record
from .tables import ACCOUNT, TOKEN

TOKEN_LENGTH = 64
"""Integrations take a shorter Ninja token for one of the previous major version."""

COUNTERS = {
    "next_client_serial": "clients",
    "next_contact_serial": "contacts",
    "next_document_serial": "documents",
    "number_counter": "numbers",
}
"""What an account counts, and how a reservation names it."""

OPENED = (
    select(TOKEN.c.id, TOKEN.c.is_read_only, TOKEN.c.wrote_at, *ACCOUNT_COLUMNS)
    .join(ACCOUNT, ACCOUNT.c.id == TOKEN.c.account_id)
    .where(
        TOKEN.c.digest == bindparam("digest"),
        TOKEN.c.dialect == bindparam("dialect"),
        TOKEN.c.revoked_at.is_(None),
    )
)
"""What a token opens in a dialect."""


class Reserved(Struct, frozen=True):
    """Serials that no other transaction will ever get, and the account's number counter."""

    account: Account
    clients: range
    contacts: range
    documents: range
    counter: Counter

    @property
    def serials(self) -> Serials:
        return Serials(iter(self.contacts), iter(self.documents))


def account_by_name(connection: Connection, name: str) -> Account:
    return one_account(connection, accounts().where(is_one_of(ACCOUNT.c.name, [name])))


def all_accounts(connection: Connection) -> tuple[Account, ...]:
    return tuple(map(account_record, connection.execute(accounts())))


def password_hash(connection: Connection, account_id: int) -> str | None:
    statement = select(ACCOUNT.c.password_hash).where(ACCOUNT.c.id == account_id)
    hashed: str | None = connection.execute(statement).scalar_one_or_none()
    return hashed


def keep_password(connection: Connection, name: str, hashed: Secret) -> Account:
    account = account_by_name(connection, name)
    mine = ACCOUNT.c.id == account.id
    connection.execute(update(ACCOUNT).where(mine).values(password_hash=str(hashed)))
    return account


def accounts() -> Select[Any]:
    return select(*ACCOUNT_COLUMNS).order_by(ACCOUNT.c.id)


def one_account(connection: Connection, statement: Select[Any]) -> Account:
    row = connection.execute(statement).first()
    if row is None:
        raise NotFound("account")
    return account_record(row)


def inserted_account(connection: Connection, command: CreateAccount, makers: Makers) -> Account:
    refuse_unstorable(command)
    if len(command.name) > LONGEST_NAME:
        raise Invalid(Problem(("name",), "is too long"))
    if connection.execute(accounts().where(ACCOUNT.c.name == command.name)).first():
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
        "created_at": makers.clock(),
    }
    connection.execute(insert(ACCOUNT).values(values))
    return account_by_name(connection, command.name)


RESERVE = (
    update(ACCOUNT)
    .where(ACCOUNT.c.id == bindparam("account"))
    .values({name: ACCOUNT.c[name] + bindparam(given) for name, given in COUNTERS.items()})
    .returning(*(ACCOUNT.c[name] for name in COUNTERS), ACCOUNT.c.number_padding, *ACCOUNT_COLUMNS)
)


def reserved(
    connection: Connection,
    account_id: int,
    *,
    clients: int = 0,
    contacts: int = 0,
    documents: int = 0,
    numbers: int = 0,
) -> Reserved:
    """Take serials from the account, and count its numbers on as if none of the next were taken.
    Holds the account's row until the transaction ends, so that whoever checks a number or another
    identity of the account afterwards is alone."""
    given = {"clients": clients, "contacts": contacts, "documents": documents, "numbers": numbers}
    row = driven.first(connection, RESERVE, {"account": account_id, **given})
    if row is None:
        raise NotFound("account")
    next_client, next_contact, next_document, counted, padding, *account = row
    return Reserved(
        account_record(account),
        range(next_client - clients, next_client),
        range(next_contact - contacts, next_contact),
        range(next_document - documents, next_document),
        Counter(value=counted - numbers, kept=counted, padding=padding),
    )


def raised(connection: Connection, account_id: int, *, client: int = 0, contact: int = 0) -> None:
    """Let no serial up to these be given any more: clients from elsewhere have them."""
    for column, last in (("next_client_serial", client), ("next_contact_serial", contact)):
        behind = (ACCOUNT.c.id == account_id, ACCOUNT.c[column] <= last)
        connection.execute(update(ACCOUNT).where(*behind).values({column: last + 1}))


def counted_on(connection: Connection, reservation: Reserved) -> None:
    """Keep how far the number counter got, where that is not as it was expected."""
    if reservation.counter.value == reservation.counter.kept:
        return
    mine = ACCOUNT.c.id == reservation.account.id
    values = {"number_counter": reservation.counter.value}
    connection.execute(update(ACCOUNT).where(mine).values(values))


def digest(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def inserted_token(
    connection: Connection, command: CreateToken, makers: Makers
) -> tuple[Token, Secret]:
    refuse_unstorable(command)
    account = account_by_name(connection, command.account)
    secret = Secret(makers.random_text(TOKEN_LENGTH))
    values = {
        "account_id": account.id,
        "dialect": command.dialect,
        "label": command.label,
        "digest": digest(secret),
        "is_read_only": command.is_read_only,
        "created_at": makers.clock(),
    }
    made = connection.execute(insert(TOKEN).values(values).returning(TOKEN.c.id)).scalar_one()
    return one_token(connection, made), secret


def token_rows() -> Select[Any]:
    columns = [TOKEN.c.id, ACCOUNT.c.name]
    columns += [TOKEN.c[name] for name in Token.__struct_fields__[2:]]
    return select(*columns).join(ACCOUNT, ACCOUNT.c.id == TOKEN.c.account_id).order_by(TOKEN.c.id)


def token_record(row: Sequence[Any]) -> Token:
    return Token(**dict(zip(Token.__struct_fields__, row, strict=True)))


def all_tokens(connection: Connection) -> tuple[Token, ...]:
    return tuple(map(token_record, connection.execute(token_rows())))


def one_token(connection: Connection, token_id: int) -> Token:
    row = connection.execute(token_rows().where(is_one_of(TOKEN.c.id, [token_id]))).first()
    if row is None:
        raise NotFound("token")
    return token_record(row)


def revoked_token(connection: Connection, token_id: int, makers: Makers) -> Token:
    mine = (is_one_of(TOKEN.c.id, [token_id]), TOKEN.c.revoked_at.is_(None))
    connection.execute(update(TOKEN).where(*mine).values(revoked_at=makers.clock()))
    return one_token(connection, token_id)


def access(connection: Connection, dialect: str, token: str) -> Access | None:
    given = {"digest": digest(token), "dialect": dialect}
    row = connection.execute(OPENED, given).first()
    return None if row is None else access_of(row)


def access_of(row: Sequence[Any]) -> Access:
    """A row of OPENED."""
    token_id, is_read_only, wrote_at, *account = row
    return Access(
        token_id=token_id,
        is_read_only=bool(is_read_only),
        wrote_at=wrote_at,
        account=account_record(account),
    )


def pinned(connection: Connection, token_id: int, now: datetime, precision: timedelta) -> None:
    """Note that a token writes, unless that was noted less than `precision` ago."""
    is_old = or_(TOKEN.c.wrote_at.is_(None), TOKEN.c.wrote_at < now - precision)
    mine = update(TOKEN).where(TOKEN.c.id == token_id, is_old)
    connection.execute(mine.values(wrote_at=now))
