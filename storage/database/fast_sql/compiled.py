"""SQL statements compiled once for SQLite, with the conversion of parameters and result columns.

They run on SQLite's driver, without SQLAlchemy's cost per execution: in a transaction (see
`statements.py`), or in the read cache's own connection (see `storage/read_cache/sqlite_reader.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import sqlite

SQLITE_DIALECT: Any = sqlite.dialect(paramstyle="qmark")

Processor = Callable[[Any], Any]
"""Converts one value that is not None, from Python to SQLite or back."""
ColumnProcessors = Sequence[tuple[int, Processor]]
"""Processors with the indexes of the values that need one."""
ResultRows = list[Sequence[Any]]


class CompiledStatement:
    """The SQL text of a statement, and the processors of its parameters and result columns.

    `index`: the index that SQLite is forced to use. SQLite prefers a unique index to one that
    covers all selected columns, and then also reads the row.
    `names`: the columns that the statement writes; other parameters may be among them.
    """

    def __init__(self, statement: Any, index: str = "", names: Sequence[str] = ()) -> None:
        compiled = statement.compile(dialect=SQLITE_DIALECT, column_keys=list(names) or None)
        text = str(compiled)
        indexed_by = f"FROM client INDEXED BY {index} "
        self.text = text.replace("FROM client ", indexed_by) if index else text
        self._names = tuple(compiled.positiontup or ())
        parameters = {name: compiled.binds[name] for name in self._names}
        self._constants = {n: p.effective_value for n, p in parameters.items() if not p.required}
        types = [parameters[name].type.dialect_impl(SQLITE_DIALECT) for name in self._names]
        self._bind_processors = type_processors(types, "bind")
        columns = [
            column.type.dialect_impl(SQLITE_DIALECT) for column in statement.exported_columns
        ]
        self._result_processors = type_processors(columns, "result")

    def bind(self, values: Sequence[Any]) -> Sequence[Any]:
        """Convert parameters, given in the order of the SQL text, for the driver."""
        return (
            apply_processors(list(values), self._bind_processors)
            if self._bind_processors
            else values
        )

    def bind_named(self, values: Mapping[str, Any]) -> Sequence[Any]:
        """Like `bind`, but by name. The constants of the statement itself need not be given."""
        named_values = {**self._constants, **values} if self._constants else values
        return apply_processors([named_values[name] for name in self._names], self._bind_processors)

    def convert_rows(self, rows: ResultRows) -> ResultRows:
        """Convert the driver's rows to Python values."""
        return (
            [apply_processors(list(row), self._result_processors) for row in rows]
            if self._result_processors
            else rows
        )


def type_processors(types: Sequence[Any], direction: str) -> ColumnProcessors:
    """Return the processors of column types; `direction` is "bind" or "result"."""
    return indexed_processors(
        [
            t.bind_processor(SQLITE_DIALECT)
            if direction == "bind"
            else t.result_processor(SQLITE_DIALECT, None)
            for t in types
        ]
    )


def indexed_processors(processors: Sequence[Processor | None]) -> ColumnProcessors:
    """Return the processors that are not None, each with its index."""
    return tuple(
        (index, process) for index, process in enumerate(processors) if process is not None
    )


def apply_processors(values: list[Any], processors: ColumnProcessors) -> list[Any]:
    """Convert values in place and return them. None stays None."""
    for index, process in processors:
        if values[index] is not None:
            values[index] = process(values[index])
    return values
