"""Executes statements directly on SQLite's driver, at a fifth of the cost of `connection.execute`.

The results are the same. It is for statements that a transaction executes many times. On PostgreSQL
SQLAlchemy executes them: it recognises a lost connection and can replace it.
"""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement

from . import bulk_rows
from .compiled import CompiledStatement

ResultRow = Sequence[Any]
Parameters = Mapping[str, Any]


def fetch_all(connection: Connection, statement: Any, given: Parameters) -> Sequence[ResultRow]:
    """Return all rows of a SELECT, or of an UPDATE with RETURNING."""
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, given).all()
    compiled = compile_cached(statement, ())
    rows: Sequence[ResultRow] = call_driver(
        connection, "execute", compiled.text, compiled.bind_named(given)
    ).fetchall()
    return compiled.convert_rows(list(rows))


def fetch_first(connection: Connection, statement: Any, given: Parameters) -> ResultRow | None:
    """Return the first row of a statement, or None."""
    rows = fetch_all(connection, statement, given)
    return rows[0] if rows else None


def execute(connection: Connection, statement: Any, given: Parameters) -> None:
    """Execute an INSERT or UPDATE that writes the given columns."""
    if connection.dialect.name != "sqlite":
        connection.execute(statement, given)
        return
    compiled = compile_cached(statement, tuple(given))
    call_driver(connection, "execute", compiled.text, compiled.bind_named(given))


def insert_many(connection: Connection, table: Table, given: Sequence[Parameters]) -> None:
    """Insert rows that all give the same columns."""
    if connection.dialect.name != "sqlite" or not given:
        bulk_rows.insert_rows(connection, table, given)
        return
    compiled = compile_cached(insert_statement(table), tuple(given[0]))
    call_driver(connection, "executemany", compiled.text, list(map(compiled.bind_named, given)))


def insert_encoded(connection: Connection, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows that `bulk_rows.encode_row` has encoded.

    SQLite takes one row after the other, so the rows need not be in memory together.
    """
    if connection.dialect.name != "sqlite":
        bulk_rows.insert_encoded_rows(connection, table, list(rows))
        return
    text, _, _ = bulk_rows.compile_insert(table, tuple(table.c.keys()), connection.dialect)
    execute_many_text(connection, text, rows)


def execute_text(connection: Connection, text: str) -> None:
    """Execute a text of SQL on SQLite."""
    call_driver(connection, "execute", text, ())


def execute_many_text(connection: Connection, text: str, rows: Iterable[ResultRow]) -> None:
    """Execute a text of SQL on SQLite, once for each row of parameters."""
    call_driver(connection, "executemany", text, rows)


insert_statement: Callable[[Table], Any] = functools.cache(insert)


@functools.lru_cache(maxsize=512)
def compile_cached(statement: ClauseElement, names: tuple[str, ...]) -> CompiledStatement:
    return CompiledStatement(statement, names=names)


def call_driver(connection: Connection, method: str, text: str, given: Iterable[Any]) -> Any:
    """Call `execute` or `executemany` of the driver; raise its errors as a DBAPIError."""
    driver: Any = connection.connection.dbapi_connection
    try:
        return getattr(driver, method)(text, given)
    except connection.dialect.loaded_dbapi.Error as error:
        # Parameters contain people's names and notes: keep them out of the message.
        raise DBAPIError.instance(
            text, None, error, connection.dialect.loaded_dbapi.Error, hide_parameters=True
        ) from error
