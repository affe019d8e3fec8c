"""The table of tombstones."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Uuid, desc
from sqlmodel import Field, SQLModel

from .column_types import (
    TEXT_TYPE,
    account_column,
    added_moment_column,
    core_table,
    key_column,
    moment_column,
)


class TombstoneRow(SQLModel, table=True):
    """A tombstone: one row for each client that is deleted or purged."""

    __tablename__ = "tombstone"

    account_id: int = account_column()
    serial: int = key_column()
    uuid: UUID = Field(sa_type=Uuid)
    external_id: str | None = Field(sa_type=TEXT_TYPE, nullable=True)
    created_at: datetime = moment_column()
    deleted_at: datetime = moment_column()
    arrived_at: datetime = added_moment_column()


TOMBSTONE = core_table(TombstoneRow)

Index("uq_tombstone_uuid", TOMBSTONE.c.account_id, TOMBSTONE.c.uuid, unique=True)
Index("ix_tombstone_external_id", TOMBSTONE.c.account_id, TOMBSTONE.c.external_id)
Index(
    "ix_tombstone_newest",
    TOMBSTONE.c.account_id,
    desc(TOMBSTONE.c.created_at),
    desc(TOMBSTONE.c.serial),
)
Index("ix_tombstone_arrived_at", TOMBSTONE.c.account_id, TOMBSTONE.c.arrived_at)
