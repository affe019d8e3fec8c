"""Whether a column has one of many values: one parameter, however many they are."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ColumnElement,
    Dialect,
    Text,
    Uuid,
    any_,
    bindparam,
    false,
    func,
    literal,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from storage.rules.validation import is_storable

KINDS: dict[type, Any] = {int: BigInteger(), str: Text(), UUID: Uuid()}


class JsonList(TypeDecorator[Any]):
    """Values as SQLite has them in its columns."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        plain = [v.hex if isinstance(v, UUID) else v for v in value]
        return msgspec.json.encode(plain).decode()


def in_values(column: ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """As `column.in_(values)`, beyond the 65 535 parameters that PostgreSQL takes."""
    kept = unique_storable(values)
    if not kept:
        return false()
    kind = KINDS[type(kept[0])]
    return in_list(column, literal(kept, JsonList), literal(kept, ARRAY(kind)))


def in_bound_values(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """As `is_one_of`, for a statement that is put together once: the values, storable ones, are
    given by that name."""
    on_postgresql = bindparam(name, type_=ARRAY(KINDS[column.type.python_type]))
    return in_list(column, bindparam(name, type_=JsonList), on_postgresql)


def unique_storable(values: Iterable[Any]) -> list[Any]:
    """Each once; a column holds no others."""
    found = list(dict.fromkeys(values))
    return found if all_storable(found) else list(filter(is_storable, found))


def all_storable(values: list[Any]) -> bool:
    """Whether one look, at a tenth of the cost of one at each, shows that all are."""
    match set(map(type, values)):
        case kinds if kinds == {int}:
            return is_storable(min(values)) and is_storable(max(values))
        case kinds if kinds == {str}:
            return is_storable("".join(values))
        case _:
            return False


def in_list(
    column: ColumnElement[Any], on_sqlite: BindParameter[Any], on_postgresql: BindParameter[Any]
) -> ColumnElement[bool]:
    listed = func.json_each(on_sqlite).table_valued("value")
    return by_engine(column.in_(select(listed.c.value)), column == any_(on_postgresql))


Condition = ColumnElement[bool]


class by_engine(FunctionElement[bool]):  # noqa: N801  reads as the SQL function it is
    """Of two conditions the one for SQLite, or the one for PostgreSQL."""

    name = "of_engine"
    inherit_cache = True


@compiles(by_engine, "sqlite")
def on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    first, _ = element.clauses
    return str(compiler.process(first, **options))


@compiles(by_engine)
def on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    _, second = element.clauses
    return str(compiler.process(second, **options))


def contains_text(whole: ColumnElement[str], part: str) -> Condition:
    """Whether a text holds another, every character taken literally."""
    # SQLite's LIKE knows only ASCII and refuses long patterns; PostgreSQL's can use an index.
    return by_engine(func.instr(whole, part) > 0, whole.contains(part, autoescape=True))
