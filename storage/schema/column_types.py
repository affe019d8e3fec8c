"""Column types, and the columns that tables have in common.

Each type returns the value that was written, on every engine.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Dialect, Integer, Table, Text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from storage.model.limits import MONEY_PLACES
from storage.model.moments import EPOCH, MICROSECOND, stored_moment

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING_CONVENTION

TEXT_TYPE = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is sorted by code point: SQLite's collation BINARY, PostgreSQL's "C"."""

INTEGER_TYPE = Integer().with_variant(BigInteger(), "postgresql")
"""Integers of 64 bits: SQLite has no others, PostgreSQL's INTEGER has 32 bits."""


class MomentType(TypeDecorator[datetime]):
    """An aware moment, stored as microseconds since 1970: SQLite would lose its time zone."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else stored_moment(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + value * MICROSECOND


class MoneyType(TypeDecorator[Decimal]):
    """An exact amount, stored as whole millionths: SQLite would convert it to a float."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if not value:  # Nearly all amounts are 0, and this check costs nothing.
            return None if value is None else 0
        return int(value.scaleb(MONEY_PLACES).to_integral_exact())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-MONEY_PLACES)


class JsonType(TypeDecorator[Any]):
    """A JSON value, stored as text with its keys in their order."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else msgspec.json.decode(value)


def text_column() -> Any:
    """Return a text column without NULL."""
    return Field(sa_type=TEXT_TYPE, nullable=False)


def key_column() -> Any:
    """Return an integer column of a primary key, whose values the store chooses."""
    return Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})


def account_column() -> Any:
    """Return the account column of a primary key, with a foreign key to the account."""
    return Field(
        sa_type=BigInteger,
        primary_key=True,
        foreign_key="account.id",
        sa_column_kwargs={"autoincrement": False},
    )


def bigint_column(*, nullable: bool = False) -> Any:
    """Return a column of 64-bit integers, declared as BIGINT on every engine."""
    return Field(sa_type=BigInteger, nullable=nullable)


def integer_column(*, nullable: bool = False) -> Any:
    """Return a column of the type `INTEGER_TYPE`."""
    return Field(sa_type=INTEGER_TYPE, nullable=nullable)


def id_column() -> Any:
    """Return a primary key column whose values the engine generates."""
    return Field(default=None, sa_type=INTEGER_TYPE, primary_key=True)


def added_text_column() -> Any:
    """Return a derived text column that a later migration added, empty in existing rows."""
    return Field(sa_type=TEXT_TYPE, nullable=False, sa_column_kwargs={"server_default": ""})


def added_counter_column() -> Any:
    """Return a counter column that a later migration added, 1 in existing rows."""
    return Field(
        sa_type=BigInteger, nullable=False, default=1, sa_column_kwargs={"server_default": "1"}
    )


def added_moment_column() -> Any:
    """Return a column of moments that a later migration added."""
    return Field(sa_type=MomentType, nullable=False, sa_column_kwargs={"server_default": "0"})


def moment_column(*, nullable: bool = False) -> Any:
    """Return a column of moments."""
    return Field(sa_type=MomentType, nullable=nullable)


def money_column() -> Any:
    """Return a column of amounts without NULL."""
    return Field(sa_type=MoneyType, nullable=False)


def core_table(model: type[SQLModel]) -> Table:
    """Return the SQLAlchemy Core table of a model. All statements are written in Core."""
    table = SQLModel.metadata.tables[str(model.__tablename__)]
    assert isinstance(table, Table)  # noqa: S101  a model without inheritance has a Table
    return table
