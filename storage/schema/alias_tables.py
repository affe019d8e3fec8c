"""The table of aliases: former keys of clients, and ids of clients that were merged into them."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from .column_types import TEXT_TYPE, account_column, bigint_column, core_table


class AliasRow(SQLModel, table=True):
    """A key that means a client beside its own keys.

    `namespace`: whose key it is: `serial` (of a merged client), `key` (a uuid or an external id of
    one), `former serial`, `former contact`, or the source of a service. `is_open`: the service has
    not been told that its client was merged into another. `contact_serial`: the contact that is
    meant, if it is a former serial of one.
    """

    __tablename__ = "alias"

    account_id: int = account_column()
    namespace: str = Field(sa_type=TEXT_TYPE, primary_key=True)
    key: str = Field(sa_type=TEXT_TYPE, primary_key=True)
    client_serial: int = bigint_column()
    is_open: bool
    contact_serial: int | None = bigint_column(nullable=True)


ALIAS = core_table(AliasRow)

Index("ix_alias_client", ALIAS.c.account_id, ALIAS.c.client_serial)
