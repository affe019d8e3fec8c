"""The table of live services."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from .column_types import TEXT_TYPE, account_column, core_table, moment_column, text_column


class ServiceRow(SQLModel, table=True):
    """A live service of an account: its identity, its name and where it is."""

    __tablename__ = "service"

    account_id: int = account_column()
    source: str = Field(sa_type=TEXT_TYPE, primary_key=True)
    dialect: str = text_column()
    name: str = text_column()
    url: str = text_column()
    tag: str = text_column()
    version: str = text_column()
    created_at: datetime = moment_column()


SERVICE = core_table(ServiceRow)

Index("ix_service_name", SERVICE.c.account_id, SERVICE.c.name, unique=True)
