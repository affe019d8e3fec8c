"""The table of idempotency keys, with the answers to the requests that had them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field, SQLModel

from .column_types import (
    TEXT_TYPE,
    JsonType,
    account_column,
    core_table,
    integer_column,
    moment_column,
    text_column,
)


class IdempotencyKeyRow(SQLModel, table=True):
    """A key of an account in a dialect: the request that had it, and its complete answer."""

    __tablename__ = "idempotency_key"

    account_id: int = account_column()
    dialect: str = Field(sa_type=TEXT_TYPE, primary_key=True)
    key: str = Field(sa_type=TEXT_TYPE, primary_key=True)
    fingerprint: str = text_column()
    status: int = integer_column()
    headers: Any = Field(sa_type=JsonType, nullable=False)
    body: bytes = Field(sa_type=LargeBinary, nullable=False)
    created_at: datetime = moment_column()


IDEMPOTENCY_KEY = core_table(IdempotencyKeyRow)

Index("ix_idempotency_key_age", IDEMPOTENCY_KEY.c.created_at)
