"""Whether a column has one of many values: one parameter, however many they are."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Dialect,
    Text,
    Uuid,
    any_,
    false,
    func,
    literal,
    select,
)
from sqlalchemy.types import TypeDecorator

from .limits import is_storable
from .search import of_engine

KINDS: dict[type, Any] = {int: BigInteger(), str: Text(), UUID: Uuid()}


class JsonList(TypeDecorator[Any]):
    """Values as SQLite has them in its columns."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        plain = [v.hex if isinstance(v, UUID) else v for v in value]
        return msgspec.json.encode(plain).decode()


def is_one_of(column: ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """As `column.in_(values)`, beyond the 65 535 parameters that PostgreSQL takes."""
    kept = [value for value in dict.fromkeys(values) if is_storable(value)]
    if not kept:
        return false()
    listed = func.json_each(literal(kept, JsonList)).table_valued("value")
    on_sqlite = column.in_(select(listed.c.value))
    on_postgresql = column == any_(literal(kept, ARRAY(KINDS[type(kept[0])])))
    return of_engine(on_sqlite, on_postgresql)
