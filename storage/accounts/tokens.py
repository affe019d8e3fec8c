"""API tokens: created, listed and revoked, and the account that a token gives access to.

A token is stored as its digest, never as itself.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Select, bindparam, case, insert, or_, select, update

from storage.database.conditions import in_values
from storage.model.accounts import Access, Token
from storage.model.commands import CreateToken
from storage.model.errors import NotFound
from storage.model.generators import Generators
from storage.model.records import Secret
from storage.rules.validation import refuse_unstorable
from storage.schema.account_tables import ACCOUNT, TOKEN
from storage.schema.row_mapping import ACCOUNT_COLUMNS, account_from_row

from .accounts import get_account

TOKEN_LENGTH = 64
"""Integrations take a shorter Ninja token for one of the previous major version."""

SELECT_ACCESS = (
    select(
        TOKEN.c.id,
        TOKEN.c.dialect,
        TOKEN.c.is_read_only,
        TOKEN.c.wrote_at,
        ACCOUNT.c.last_arrival,
        case((ACCOUNT.c.frozen_dialect == TOKEN.c.dialect, ACCOUNT.c.frozen_until)),
        *ACCOUNT_COLUMNS,
    )
    .join(ACCOUNT, ACCOUNT.c.id == TOKEN.c.account_id)
    .where(
        TOKEN.c.digest == bindparam("digest"),
        TOKEN.c.dialect == bindparam("dialect"),
        TOKEN.c.revoked_at.is_(None),
    )
)
"""Selects what a token gives access to in a dialect; by the digest of the token."""


def token_digest(token: str) -> str:
    """Return the digest under which a token is stored."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def insert_token(
    connection: Connection, command: CreateToken, generators: Generators
) -> tuple[Token, Secret]:
    """Insert a new token and return its record and the token itself.

    Raises NotFound if the account does not exist.
    """
    refuse_unstorable(command)
    account = get_account(connection, command.account)
    secret = Secret(generators.random_text(TOKEN_LENGTH))
    values = {
        "account_id": account.id,
        "dialect": command.dialect,
        "label": command.label,
        "digest": token_digest(secret),
        "is_read_only": command.is_read_only,
        "created_at": generators.clock(),
    }
    token_id = connection.execute(insert(TOKEN).values(values).returning(TOKEN.c.id)).scalar_one()
    return get_token(connection, token_id), secret


def select_tokens() -> Select[Any]:
    columns = [TOKEN.c.id, ACCOUNT.c.name]
    columns += [TOKEN.c[name] for name in Token.__struct_fields__[2:]]
    return select(*columns).join(ACCOUNT, ACCOUNT.c.id == TOKEN.c.account_id).order_by(TOKEN.c.id)


def token_from_row(row: Sequence[Any]) -> Token:
    return Token(**dict(zip(Token.__struct_fields__, row, strict=True)))


def list_tokens(connection: Connection) -> tuple[Token, ...]:
    """Return all tokens in the order of their ids, also those that are revoked."""
    return tuple(map(token_from_row, connection.execute(select_tokens())))


def get_token(connection: Connection, token_id: int) -> Token:
    """Return a token's record. Raises NotFound."""
    row = connection.execute(select_tokens().where(in_values(TOKEN.c.id, [token_id]))).first()
    if row is None:
        raise NotFound("token")
    return token_from_row(row)


def revoke_token(connection: Connection, token_id: int, generators: Generators) -> Token:
    """Revoke a token, unless it is revoked already, and return its record. Raises NotFound."""
    unrevoked_row = (in_values(TOKEN.c.id, [token_id]), TOKEN.c.revoked_at.is_(None))
    connection.execute(update(TOKEN).where(*unrevoked_row).values(revoked_at=generators.clock()))
    return get_token(connection, token_id)


def find_access(connection: Connection, dialect: str, token: str) -> Access | None:
    """Find what a token gives access to; None if it is unknown, revoked or another dialect's."""
    values = {"digest": token_digest(token), "dialect": dialect}
    row = connection.execute(SELECT_ACCESS, values).first()
    return None if row is None else access_from_row(row)


def access_from_row(row: Sequence[Any]) -> Access:
    """Make an access from a row of `SELECT_ACCESS`."""
    token_id, dialect, is_read_only, wrote_at, changes_until, frozen_until, *account = row
    return Access(
        token_id=token_id,
        dialect=dialect,
        is_read_only=bool(is_read_only),
        wrote_at=wrote_at,
        changes_until=changes_until,
        frozen_until=frozen_until,
        account=account_from_row(account),
    )


def record_write_time(
    connection: Connection, token_id: int, now: datetime, precision: timedelta
) -> None:
    """Record that a token writes now, unless that was recorded less than `precision` ago."""
    is_old = or_(TOKEN.c.wrote_at.is_(None), TOKEN.c.wrote_at < now - precision)
    statement = update(TOKEN).where(TOKEN.c.id == token_id, is_old)
    connection.execute(statement.values(wrote_at=now))
