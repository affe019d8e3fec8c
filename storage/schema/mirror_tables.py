"""The table of mirrors."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from .column_types import (
    JsonType,
    account_column,
    added_text_column,
    core_table,
    moment_column,
    text_column,
)


class MirrorRow(SQLModel, table=True):
    """The mirror of an account, with the process that runs it."""

    __tablename__ = "mirror"

    account_id: int = account_column()
    state: str = text_column()
    reason: str = text_column()
    services: Any = Field(sa_type=JsonType, nullable=False)
    report: Any = Field(sa_type=JsonType, nullable=False)
    holder: str = text_column()
    leased_until: datetime | None = moment_column(nullable=True)
    created_at: datetime = moment_column()
    updated_at: datetime = moment_column()
    main: str = added_text_column()


MIRROR = core_table(MirrorRow)
