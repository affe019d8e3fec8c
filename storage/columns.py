"""Column types that read back what was written, the same on every engine."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MONEY_PLACES = 6
SMALLEST_AMOUNT = Decimal(1).scaleb(-MONEY_PLACES)
LARGEST_AMOUNT = Decimal(2**63 - 1).scaleb(-MONEY_PLACES)

TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Text ordered by code point: SQLite's BINARY, PostgreSQL's "C"."""


class Moment(TypeDecorator[datetime]):
    """An aware moment as whole microseconds since 1970: SQLite would forget its zone."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + value * MICROSECOND


class Money(TypeDecorator[Decimal]):
    """An exact amount as whole millionths: SQLite would make a float of it."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value.scaleb(MONEY_PLACES).to_integral_exact())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-MONEY_PLACES)


class JsonText(TypeDecorator[Any]):
    """A JSON value as text, its key order kept."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else msgspec.json.decode(value)
