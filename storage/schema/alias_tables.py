"""The table of aliases: former keys of clients, and ids of clients that were merged into them."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from .column_types import TEXT_TYPE, account_column, bigint_column, core_table


class AliasRow(SQLModel, table=True):
    """A key that means a client beside its own keys.

    `namespace`: whose key it is: `serial`, `key` (a uuid or an external id), or the source of a
    service. `is_open`: the service has not been told that its client was merged into another.
    """

    __tablename__ = "alias"

    account_id: int = account_column()
    namespace: str = Field(sa_type=TEXT_TYPE, primary_key=True)
    key: str = Field(sa_type=TEXT_TYPE, primary_key=True)
    client_serial: int = bigint_column()
    is_open: bool


ALIAS = core_table(AliasRow)

Index("ix_alias_client", ALIAS.c.account_id, ALIAS.c.client_serial)
