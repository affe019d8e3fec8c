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
from sqlalchemy.types import TypeEngine

ANY = DefaultDialect()
"""No engine in particular: what our own types do is the same on each, and uuids are hex."""
ROOM = "PRAGMA cache_size = -24576"
"""Kibibytes: of a large transaction SQLite would write, in its usual two megabytes, the same pages
again and again."""
Process = Callable[[Any], Any]
Typed = tuple[tuple[int, Process], ...]
NATIVE: dict[type, Process] = {Boolean: bool, Uuid: UUID}
Names = tuple[str, ...]
Row = Mapping[str, Any]


def enlarge_cache(connection: Connection) -> None:
    """For transactions that make or change many rows; the connection keeps it."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(ROOM)


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """All rows say the same columns."""
    if not rows:
        return
    statement, names, typed = compile_insert(table, tuple(rows[0]), connection.dialect)
    ordered = itemgetter(*names)
    values = [convert_values(list(ordered(row)), typed) for row in rows]
    if connection.dialect.paramstyle == "qmark":
        connection.exec_driver_sql(statement, values)
    else:
        connection.exec_driver_sql(statement, [dict(zip(names, v, strict=True)) for v in values])


def encode_row(table: Table, values: list[Any]) -> tuple[Any, ...]:
    """The values of all columns in their order as texts and numbers, which can be sent to another
    process."""
    return convert_values(values, row_encoders(table))


@functools.cache
def row_encoders(table: Table) -> Typed:
    return compile_insert(table, tuple(table.c.keys()), ANY)[2]


def insert_encoded_rows(
    connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]
) -> None:
    """Rows as `plain` gives them, on PostgreSQL."""
    if not rows:
        return
    statement, names, _ = compile_insert(table, tuple(table.c.keys()), connection.dialect)
    values = [convert_values(list(row), native_decoders(table)) for row in rows]
    connection.exec_driver_sql(statement, [dict(zip(names, v, strict=True)) for v in values])


@functools.cache
def native_decoders(table: Table) -> Typed:
    """The plain values of which PostgreSQL has types of its own."""
    made = ((place, NATIVE.get(type(each.type))) for place, each in enumerate(table.c))
    return tuple((place, process) for place, process in made if process is not None)


def convert_values(values: list[Any], typed: Typed) -> tuple[Any, ...]:
    for place, process in typed:
        if values[place] is not None:
            values[place] = process(values[place])
    return tuple(values)


@functools.lru_cache(maxsize=64)
def compile_insert(table: Table, names: Names, dialect: Dialect) -> tuple[str, Names, Typed]:
    """The statement, its parameters in order, and the places of those to be translated."""
    compiled = insert(table).compile(dialect=dialect, column_keys=list(names))
    order = tuple(compiled.positiontup or names)
    types = [table.c[name].type.dialect_impl(dialect) for name in order]
    made = [processor(t, dialect) for t in types]
    typed = tuple((place, process) for place, process in enumerate(made) if process is not None)
    return str(compiled), order, typed


def processor(kind: TypeEngine[Any], dialect: Dialect) -> Process | None:
    """SQLite's driver takes a truth value for an object of somebody else's and asks around what
    it is, which takes as long as twenty numbers."""
    if isinstance(kind, Boolean):
        return None if dialect.name == "postgresql" else int
    return kind.bind_processor(dialect)


def fetch_columns(
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
    for place, process in column_decoders(columns, kinds, connection.dialect):
        values[place] = tuple(None if v is None else process(v) for v in values[place])
    return zip(*values, strict=True)


@functools.lru_cache(maxsize=64)
def column_decoders(
    columns: tuple[Column[Any], ...], kinds: tuple[object, ...], dialect: Dialect
) -> Typed:
    """The places of the values that are to be translated, and how; `kinds` are the driver's."""
    types = [column.type.dialect_impl(dialect) for column in columns]
    made = [t.result_processor(dialect, kind) for t, kind in zip(types, kinds, strict=True)]
    return tuple((place, process) for place, process in enumerate(made) if process is not None)
