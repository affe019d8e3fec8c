"""SQL conditions that need different SQL on SQLite and PostgreSQL: `IN` lists and substrings.

An `IN` list is one parameter, no matter how many values it has.
"""

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

SQL_TYPES: dict[type, Any] = {int: BigInteger(), str: Text(), UUID: Uuid()}


class JsonList(TypeDecorator[Any]):
    """A list of values as a JSON text, each value in the form in which SQLite stores it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        stored_values = [v.hex if isinstance(v, UUID) else v for v in value]
        return msgspec.json.encode(stored_values).decode()


def in_values(column: ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Return the condition `column.in_(values)`, with one parameter for all values.

    PostgreSQL takes at most 65 535 parameters. Values that no column can hold are left out.
    """
    storable_values = unique_storable(values)
    if not storable_values:
        return false()
    sql_type = SQL_TYPES[type(storable_values[0])]
    return in_list(
        column, literal(storable_values, JsonList), literal(storable_values, ARRAY(sql_type))
    )


def in_bound_values(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Like `in_values`, but the values are bound to the parameter `name` at execution.

    For statements that are built once. Pass only storable values (see `unique_storable`).
    """
    array_parameter = bindparam(name, type_=ARRAY(SQL_TYPES[column.type.python_type]))
    return in_list(column, bindparam(name, type_=JsonList), array_parameter)


def unique_storable(values: Iterable[Any]) -> list[Any]:
    """Return the distinct values that a column can hold, in their order."""
    distinct_values = list(dict.fromkeys(values))
    if all_storable(distinct_values):
        return distinct_values
    return list(filter(is_storable, distinct_values))


def all_storable(values: list[Any]) -> bool:
    """Return True if one check of all values together shows that each is storable.

    That check costs a tenth of a check of each value. False means: check each value.
    """
    match set(map(type, values)):
        case kinds if kinds == {int}:
            return is_storable(min(values)) and is_storable(max(values))
        case kinds if kinds == {str}:
            return is_storable("".join(values))
        case _:
            return False


def in_list(
    column: ColumnElement[Any], json_list: BindParameter[Any], array: BindParameter[Any]
) -> ColumnElement[bool]:
    """Return the condition that a column's value is in a list, given as JSON and as an array."""
    elements = func.json_each(json_list).table_valued("value")
    return by_engine(column.in_(select(elements.c.value)), column == any_(array))


Condition = ColumnElement[bool]


class by_engine(FunctionElement[bool]):  # noqa: N801  reads as the SQL function it is
    """A pair of conditions: the first is compiled on SQLite, the second on PostgreSQL."""

    name = "of_engine"
    inherit_cache = True


@compiles(by_engine, "sqlite")
def compile_for_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    sqlite_condition, _ = element.clauses
    return str(compiler.process(sqlite_condition, **options))


@compiles(by_engine)
def compile_for_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    _, postgresql_condition = element.clauses
    return str(compiler.process(postgresql_condition, **options))


def contains_text(column: ColumnElement[str], part: str) -> Condition:
    """Return the condition that a text column contains `part`, each character taken literally."""
    # SQLite's LIKE folds case only in ASCII and refuses long patterns.
    # PostgreSQL's LIKE can use an index.
    return by_engine(func.instr(column, part) > 0, column.contains(part, autoescape=True))
