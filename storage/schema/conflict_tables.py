"""The table of conflicts between the store and services."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from .column_types import (
    bigint_column,
    core_table,
    id_column,
    moment_column,
    text_column,
)


class ConflictRow(SQLModel, table=True):
    """A field group of a client that both sides have changed; at most one open one per group."""

    __tablename__ = "conflict"

    id: int | None = id_column()
    account_id: int = Field(sa_type=BigInteger, foreign_key="account.id")
    source: str = text_column()
    client_serial: int = bigint_column()
    group: str = text_column()
    fields: str = text_column()
    here: str = text_column()
    there: str = text_column()
    state: str = text_column()
    winner: str = text_column()
    created_at: datetime = moment_column()
    settled_at: datetime | None = moment_column(nullable=True)


CONFLICT = core_table(ConflictRow)

Index("ix_conflict_client", CONFLICT.c.account_id, CONFLICT.c.client_serial)
