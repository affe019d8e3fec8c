"""The statements of which many are made in a transaction, put to the driver itself where that is
SQLite's: as by `connection.execute`, at a fifth of its cost.

On PostgreSQL SQLAlchemy puts them: it knows a lost connection, and how to go on without it.
"""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement

from . import bulk_rows
from .compiled import CompiledStatement

Row = Sequence[Any]
Given = Mapping[str, Any]


def fetch_all(connection: Connection, statement: Any, given: Given) -> Sequence[Row]:
    """What a SELECT finds, or an UPDATE returns."""
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, given).all()
    compiled = compile_cached(statement, ())
    found: Sequence[Row] = call_driver(
        connection, "execute", compiled.text, compiled.bind_named(given)
    ).fetchall()
    return compiled.convert_rows(list(found))


def fetch_first(connection: Connection, statement: Any, given: Given) -> Row | None:
    found = fetch_all(connection, statement, given)
    return found[0] if found else None


def execute(connection: Connection, statement: Any, given: Given) -> None:
    """An INSERT or UPDATE of the columns that are given."""
    if connection.dialect.name != "sqlite":
        connection.execute(statement, given)
        return
    compiled = compile_cached(statement, tuple(given))
    call_driver(connection, "execute", compiled.text, compiled.bind_named(given))


def insert_many(connection: Connection, table: Table, given: Sequence[Given]) -> None:
    """Some rows, all of which say the same columns."""
    if connection.dialect.name != "sqlite" or not given:
        bulk_rows.insert_rows(connection, table, given)
        return
    compiled = compile_cached(inserting(table), tuple(given[0]))
    call_driver(connection, "executemany", compiled.text, list(map(compiled.bind_named, given)))


def insert_encoded(connection: Connection, table: Table, found: Iterable[tuple[Any, ...]]) -> None:
    """Rows as `bulk.plain` gives them; SQLite takes one after the other, and none has to stay."""
    if connection.dialect.name != "sqlite":
        bulk_rows.insert_encoded_rows(connection, table, list(found))
        return
    text, _, _ = bulk_rows.compile_insert(table, tuple(table.c.keys()), connection.dialect)
    execute_many_text(connection, text, found)


def execute_text(connection: Connection, text: str) -> None:
    """A statement of SQLite's own."""
    call_driver(connection, "execute", text, ())


def execute_many_text(connection: Connection, text: str, given: Iterable[Row]) -> None:
    """A statement of SQLite's own for each of these rows."""
    call_driver(connection, "executemany", text, given)


inserting: Callable[[Table], Any] = functools.cache(insert)


@functools.lru_cache(maxsize=512)
def compile_cached(statement: ClauseElement, names: tuple[str, ...]) -> CompiledStatement:
    return CompiledStatement(statement, names=names)


def call_driver(connection: Connection, way: str, text: str, given: Iterable[Any]) -> Any:
    driver: Any = connection.connection.dbapi_connection
    try:
        return getattr(driver, way)(text, given)
    except connection.dialect.loaded_dbapi.Error as error:
        # Its parameters are people's names and notes: they stay out of the message.
        raise DBAPIError.instance(
            text, None, error, connection.dialect.loaded_dbapi.Error, hide_parameters=True
        ) from error
