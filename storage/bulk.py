"""Many rows at once: as `connection.execute(insert(table), rows)` and `connection.execute(select)`,
at a third of their cost.

SQLAlchemy builds a dictionary of parameters for every row written and an object for every row
read, and asks every column's type for every value; here the columns are asked once.
"""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Column, Connection, Dialect, Select, Table, Uuid, insert
from sqlalchemy.engine.default import DefaultDialect

ANY = DefaultDialect()
"""No engine in particular: what our own types do is the same on each, and uuids are hex."""
Process = Callable[[Any], Any]
Typed = tuple[tuple[int, Process], ...]
Row = Mapping[str, Any]


def inserted(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """All rows say the same columns."""
    if not rows:
        return
    statement, names, typed = prepared(table, tuple(rows[0]), connection.dialect)
    ordered = itemgetter(*names)
    values = [bound(list(ordered(row)), typed) for row in rows]
    if connection.dialect.paramstyle == "qmark":
        connection.exec_driver_sql(statement, values)
    else:
        connection.exec_driver_sql(statement, [dict(zip(names, v, strict=True)) for v in values])


def plain(table: Table, row: Row) -> tuple[Any, ...]:
    """The values of a row, of all columns in their order, as texts and numbers that can be sent
    to another process."""
    ordered, typed = plainly(table)
    return bound(list(ordered(row)), typed)


@functools.cache
def plainly(table: Table) -> tuple[Callable[[Row], tuple[Any, ...]], Typed]:
    names = tuple(table.c.keys())
    return itemgetter(*names), prepared(table, names, ANY)[2]


def inserted_plain(connection: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Rows as `plain` gives them."""
    if not rows:
        return
    dialect = connection.dialect
    statement, names, _ = prepared(table, tuple(table.c.keys()), dialect)
    if dialect.supports_native_uuid:
        rows = [with_uuids(row, places_of_uuids(table)) for row in rows]
    if dialect.paramstyle == "qmark":
        connection.exec_driver_sql(statement, [tuple(row) for row in rows])
    else:
        connection.exec_driver_sql(statement, [dict(zip(names, r, strict=True)) for r in rows])


def with_uuids(row: Sequence[Any], places: tuple[int, ...]) -> list[Any]:
    values = list(row)
    for place in places:
        values[place] = UUID(values[place])
    return values


@functools.cache
def places_of_uuids(table: Table) -> tuple[int, ...]:
    return tuple(place for place, each in enumerate(table.c) if isinstance(each.type, Uuid))


def bound(values: list[Any], typed: Typed) -> tuple[Any, ...]:
    for place, process in typed:
        if values[place] is not None:
            values[place] = process(values[place])
    return tuple(values)


@functools.lru_cache(maxsize=64)
def prepared(
    table: Table, names: tuple[str, ...], dialect: Dialect
) -> tuple[str, tuple[str, ...], Typed]:
    """The statement, its parameters in order, and the places of those to be translated."""
    compiled = insert(table).compile(dialect=dialect, column_keys=list(names))
    order = tuple(compiled.positiontup or names)
    types = [table.c[name].type.dialect_impl(dialect) for name in order]
    # Every driver takes a truth value as it is.
    made = [None if isinstance(t, Boolean) else t.bind_processor(dialect) for t in types]
    typed = tuple((place, process) for place, process in enumerate(made) if process is not None)
    return str(compiled), order, typed


def selected(
    connection: Connection, statement: Select[Any], columns: tuple[Column[Any], ...]
) -> Iterator[tuple[Any, ...]]:
    """The rows of a statement that selects these columns."""
    result = connection.execute(statement)
    kinds = tuple(each[1] for each in result.cursor.description)
    rows = result.cursor.fetchall()
    result.close()
    if not rows:
        return iter(())
    values = list(zip(*rows, strict=True))
    for place, process in read_by(columns, kinds, connection.dialect):
        values[place] = tuple(None if v is None else process(v) for v in values[place])
    return zip(*values, strict=True)


@functools.lru_cache(maxsize=64)
def read_by(columns: tuple[Column[Any], ...], kinds: tuple[object, ...], dialect: Dialect) -> Typed:
    """The places of the values that are to be translated, and how; `kinds` are the driver's."""
    types = [column.type.dialect_impl(dialect) for column in columns]
    made = [t.result_processor(dialect, kind) for t, kind in zip(types, kinds, strict=True)]
    return tuple((place, process) for place, process in enumerate(made) if process is not None)
