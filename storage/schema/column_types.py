"""What tables are made of: types that read back what was written, the same on every engine, and
the columns that the tables have in common."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Dialect, Integer, Table, Text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from storage.model.limits import MONEY_PLACES
from storage.model.moments import EPOCH, MICROSECOND

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMES

TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Text ordered by code point: SQLite's BINARY, PostgreSQL's "C"."""

INTEGER = Integer().with_variant(BigInteger(), "postgresql")
"""Whole numbers of 64 bits: SQLite has no others, PostgreSQL's INTEGER has 32."""


class MomentType(TypeDecorator[datetime]):
    """An aware moment as whole microseconds since 1970: SQLite would forget its zone."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + value * MICROSECOND


class MoneyType(TypeDecorator[Decimal]):
    """An exact amount as whole millionths: SQLite would make a float of it."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if not value:  # as nearly all are, and this costs nothing
            return None if value is None else 0
        return int(value.scaleb(MONEY_PLACES).to_integral_exact())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-MONEY_PLACES)


class JsonType(TypeDecorator[Any]):
    """A JSON value as text, its key order kept."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else msgspec.json.decode(value)


def text_column() -> Any:
    return Field(sa_type=TEXT, nullable=False)


def key_column() -> Any:
    return Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})


def account_column() -> Any:
    """The account in the key of a table that hangs on accounts alone."""
    return Field(
        sa_type=BigInteger,
        primary_key=True,
        foreign_key="account.id",
        sa_column_kwargs={"autoincrement": False},
    )


def bigint_column(*, nullable: bool = False) -> Any:
    return Field(sa_type=BigInteger, nullable=nullable)


def integer_column(*, nullable: bool = False) -> Any:
    return Field(sa_type=INTEGER, nullable=nullable)


def id_column() -> Any:
    """A number that the engine gives."""
    return Field(default=None, sa_type=INTEGER, primary_key=True)


def added_text_column() -> Any:
    """A derived text that a later migration added to rows that were there already."""
    return Field(sa_type=TEXT, nullable=False, sa_column_kwargs={"server_default": ""})


def added_counter_column() -> Any:
    """A counter that a later migration added to rows that were there already."""
    return Field(
        sa_type=BigInteger, nullable=False, default=1, sa_column_kwargs={"server_default": "1"}
    )


def moment_column(*, nullable: bool = False) -> Any:
    return Field(sa_type=MomentType, nullable=nullable)


def money_column() -> Any:
    return Field(sa_type=MoneyType, nullable=False)


def core_table(model: type[SQLModel]) -> Table:
    """The Core table behind a model; statements are written in Core."""
    found = SQLModel.metadata.tables[str(model.__tablename__)]
    assert isinstance(found, Table)  # noqa: S101  a plain declaration has a plain table
    return found
