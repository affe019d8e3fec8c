"""Tables of accounts, API tokens and groups of clients."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from .column_types import (
    TEXT_TYPE,
    account_column,
    added_counter_column,
    added_moment_column,
    added_text_column,
    bigint_column,
    core_table,
    id_column,
    integer_column,
    key_column,
    moment_column,
    text_column,
)


class AccountRow(SQLModel, table=True):
    """An account, with its counters: the next serials and the next client number."""

    __tablename__ = "account"

    id: int | None = id_column()
    name: str = Field(sa_type=TEXT_TYPE, unique=True)
    hash_salt: str = text_column()
    country_id: int = integer_column()
    currency_id: int = integer_column()
    owner_serial: int = bigint_column()
    number_counter: int = bigint_column()
    number_padding: int = integer_column()
    next_client_serial: int = bigint_column()
    next_contact_serial: int = bigint_column()
    next_group_serial: int = added_counter_column()
    next_document_serial: int = added_counter_column()
    password_hash: str | None = Field(sa_type=TEXT_TYPE, nullable=True)
    created_at: datetime = moment_column()
    last_arrival: datetime = added_moment_column()
    frozen_dialect: str = added_text_column()
    frozen_until: datetime | None = moment_column(nullable=True)


class TokenRow(SQLModel, table=True):
    """An API token, stored as a digest of its text."""

    __tablename__ = "token"

    id: int | None = id_column()
    account_id: int = Field(sa_type=BigInteger, foreign_key="account.id", index=True)
    dialect: str = text_column()
    label: str = text_column()
    digest: str = Field(sa_type=TEXT_TYPE, unique=True)
    is_read_only: bool
    created_at: datetime = moment_column()
    revoked_at: datetime | None = moment_column(nullable=True)
    wrote_at: datetime | None = moment_column(nullable=True)


class GroupRow(SQLModel, table=True):
    """A group of clients."""

    __tablename__ = "client_group"

    account_id: int = account_column()
    serial: int = key_column()
    name: str = text_column()
    settings: str = text_column()
    created_at: datetime = moment_column()
    updated_at: datetime = moment_column()
    archived_at: datetime | None = moment_column(nullable=True)
    is_deleted: bool

    name_folded: str = text_column()


ACCOUNT = core_table(AccountRow)
TOKEN = core_table(TokenRow)
GROUP = core_table(GroupRow)
